#include "pj/study/metrics_report.hpp"

#include <nlohmann/json.hpp>

#include "pj/base/text.hpp"
#include "pj/study/estimate_report.hpp"

namespace pj {

namespace {

std::string text_of(const char* name, const Metrics& metrics) {
  const MetricRow& row = find_metric(name);
  return metric_text(row, row.value(metrics));
}

/// `61.0 M`, `748`.
std::string count_text(double count) {
  return std::string(trimmed(scaled(count, "")));
}

std::string throughput_line(const Metrics& m, const Accelerator& accelerator) {
  const std::string in_use = in_use_text(m, accelerator);
  return "Throughput: " + text_of("throughput", m) + " in batches of " + grouped(m.batch) + ", latency " +
         text_of("latency", m) + "; " + text_of("operations", m) + " of " + text_of("peak", m) + " at the peak (" +
         text_of("utilisation", m) + "; non-zero " + text_of("nonzero_utilisation", m) + "); " +
         significant(m.units_used) + " of " + grouped(m.units) + " multipliers have work" +
         (in_use.empty() ? "" : " (" + in_use + ")") + ".\n";
}

std::string efficiency_line(const Metrics& m, const Accelerator& accelerator) {
  return "Efficiency: " + text_of("energy_per_input", m) + " an input, " + text_of("power", m) + ", " +
         text_of("efficiency", m) + (m.area ? ", " + text_of("area_efficiency", m) : "") + "; " +
         text_of("energy_per_mac", m) + " and " + text_of("accesses_per_mac", m) + " " +
         stage_name(accelerator.stages.front()) + " accesses a MAC (non-zero: " + text_of("energy_per_nonzero_mac", m) +
         ", " + text_of("accesses_per_nonzero_mac", m) + ").\n";
}

std::string machine_line(const Metrics& m, const Accelerator& accelerator) {
  const std::vector<std::string> open = parts_without_area(accelerator);
  const std::string area = m.area ? text_of("area", m) + " (" + text_of("area_per_unit", m) + " a multiplier)"
                                  : "area not known (not given: " + join(open, ", ") + ")";
  return "Hardware: " + area + ", " + text_of("storage", m) + " on the chip (" + text_of("storage_per_unit", m) +
         " a multiplier), " + text_of("bandwidth", m) + " of " + stage_name(accelerator.stages.front()) + ".\n";
}

std::string network_line(const Metrics& m) {
  return "Network: " + count_text(static_cast<double>(m.weights)) + " weights (non-zero " +
         count_text(m.nonzero_weights) + "), " + text_of("operations_per_input", m) + " an input.\n";
}

}  // namespace

std::string in_use_text(const Metrics& metrics, const Accelerator& accelerator) {
  std::vector<std::string> parts;
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    if (std::holds_alternative<Fanout>(accelerator.stages[s])) {
      parts.push_back(stage_name(accelerator.stages[s]) + " " + significant(100.0 * metrics.in_use[s]) + " %");
    }
  }
  return join(parts, ", ");
}

std::string disclosure(const Accelerator& accelerator) {
  if (const Verdict verdict = discloses(accelerator); !verdict) {
    throw InputError(verdict.reason());
  }
  return std::to_string(accelerator.node_nm) + " nm, " + std::to_string(accelerator.compute.bits) + " bit, modelled";
}

std::string metrics_text(const Metrics& metrics, const Accelerator& accelerator) {
  if (const Verdict verdict = discloses(accelerator); !verdict) {
    return "No throughput, power or efficiency: " + verdict.reason() + ".\n";
  }
  return "Metrics (" + disclosure(accelerator) + "):\n" + throughput_line(metrics, accelerator) +
         efficiency_line(metrics, accelerator) + machine_line(metrics, accelerator) + network_line(metrics);
}

nlohmann::ordered_json metrics_json(const Metrics& metrics) {
  nlohmann::ordered_json json;
  for (const MetricRow& row : metric_rows()) {
    const auto value = row.value(metrics);
    json[row.key] = value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  }
  return json;
}

}  // namespace pj
