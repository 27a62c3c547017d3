#include <array>
#include <cmath>

#include "pj/base/text.hpp"
#include "pj/study/metrics.hpp"

namespace pj {

namespace {

using Quantity = std::optional<double>;

constexpr double square_microns_per_square_millimetre = 1e6;

/// What a quotient is, or nothing where there is nothing to divide by.
Quantity ratio(double part, double whole) {
  return whole == 0.0 ? Quantity() : Quantity(part / whole);
}

Quantity square_millimetres(const Metrics& m) {
  return m.area ? Quantity(m.area->value / square_microns_per_square_millimetre) : Quantity();
}

double bytes(const Metrics& m) {
  return static_cast<double>(m.on_chip.value) / 8.0;
}

// Each formula is in docs/metrics.md, with its section of Sze et al. 2017.
const std::array all_metrics{
    MetricRow{"energy", "energy_pJ", "energy", "pJ", true, [](const Metrics& m) { return Quantity(m.energy.value); }},
    MetricRow{"latency", "latency_s", "latency", "s", true, [](const Metrics& m) { return Quantity(m.latency.value); }},
    MetricRow{"edp", "edp_Js", "energy · delay", "Js", true,
              [](const Metrics& m) { return Quantity(m.energy_delay()); }},
    MetricRow{"power", "power_W", "power", "W", true, [](const Metrics& m) { return Quantity(m.power()); }},
    MetricRow{"area", "area_mm2", "area", "mm²", true, square_millimetres},
    MetricRow{"throughput", "inputs_per_s", "throughput", "inputs/s", false,
              [](const Metrics& m) { return Quantity(m.inputs_per_second()); }},
    MetricRow{"operations", "ops_per_s", "operations", "OPS", false,
              [](const Metrics& m) { return Quantity(m.operations_per_second()); }},
    MetricRow{"efficiency", "ops_per_J", "efficiency", "OPS/W", false,
              [](const Metrics& m) { return ratio(2.0 * static_cast<double>(m.macs), m.energy.value * 1e-12); }},
    MetricRow{"area_efficiency", "ops_per_s_per_mm2", "area efficiency", "OPS/mm²", false,
              [](const Metrics& m) {
                return m.area ? ratio(m.operations_per_second(), *square_millimetres(m)) : Quantity();
              }},
    MetricRow{"utilisation", "utilisation", "utilisation", "%", false,
              [](const Metrics& m) { return Quantity(m.utilisation); }},
    MetricRow{"nonzero_utilisation", "nonzero_utilisation", "utilisation, non-zero", "%", false,
              [](const Metrics& m) { return ratio(m.nonzero_macs, m.peak_macs_per_second * m.latency.value); }},
    MetricRow{"energy_per_input", "pJ_per_input", "energy an input", "pJ", true,
              [](const Metrics& m) { return ratio(m.energy.value, static_cast<double>(m.batch)); }},
    MetricRow{"energy_per_mac", "pJ_per_mac", "energy a MAC", "pJ", true,
              [](const Metrics& m) { return ratio(m.energy.value, static_cast<double>(m.macs)); }},
    MetricRow{"energy_per_nonzero_mac", "pJ_per_nonzero_mac", "energy a non-zero MAC", "pJ", true,
              [](const Metrics& m) { return ratio(m.energy.value, m.nonzero_macs); }},
    MetricRow{"accesses", "off_chip_accesses", "off-chip accesses", "", true,
              [](const Metrics& m) { return Quantity(m.outermost_accesses); }},
    MetricRow{"accesses_per_mac", "off_chip_accesses_per_mac", "off-chip accesses a MAC", "", true,
              [](const Metrics& m) { return ratio(m.outermost_accesses, static_cast<double>(m.macs)); }},
    MetricRow{"accesses_per_nonzero_mac", "off_chip_accesses_per_nonzero_mac", "off-chip accesses a non-zero MAC", "",
              true, [](const Metrics& m) { return ratio(m.outermost_accesses, m.nonzero_macs); }},
    MetricRow{"bandwidth", "off_chip_B_per_s", "off-chip bandwidth", "B/s", true,
              [](const Metrics& m) { return ratio(m.outermost_bits / 8.0, m.latency.value); }},
    MetricRow{"peak", "peak_ops_per_s", "peak", "OPS", false,
              [](const Metrics& m) { return Quantity(2.0 * m.peak_macs_per_second); }},
    MetricRow{"units", "units", "multipliers", "", true,
              [](const Metrics& m) { return Quantity(static_cast<double>(m.units)); }},
    MetricRow{"units_used", "units_used", "multipliers with work", "", false,
              [](const Metrics& m) { return Quantity(m.units_used); }},
    MetricRow{"storage", "on_chip_B", "on-chip storage", "B", true,
              [](const Metrics& m) { return Quantity(bytes(m)); }},
    MetricRow{"storage_per_unit", "on_chip_B_per_unit", "on-chip storage a multiplier", "B", true,
              [](const Metrics& m) { return ratio(bytes(m), static_cast<double>(m.units)); }},
    MetricRow{"area_per_unit", "area_mm2_per_unit", "area a multiplier", "mm²", true,
              [](const Metrics& m) {
                return m.area ? ratio(*square_millimetres(m), static_cast<double>(m.units)) : Quantity();
              }},
    MetricRow{"operations_per_input", "ops_per_input", "operations an input", "op", true,
              [](const Metrics& m) { return Quantity(m.operations_per_input()); }},
    MetricRow{"weights", "weights", "weights", "", true,
              [](const Metrics& m) { return Quantity(static_cast<double>(m.weights)); }},
    MetricRow{"nonzero_weights", "nonzero_weights", "non-zero weights", "", true,
              [](const Metrics& m) { return Quantity(m.nonzero_weights); }},
    MetricRow{"macs", "macs", "MACs", "", true, [](const Metrics& m) { return Quantity(static_cast<double>(m.macs)); }},
    MetricRow{"nonzero_macs", "nonzero_macs", "non-zero MACs", "", true,
              [](const Metrics& m) { return Quantity(m.nonzero_macs); }},
};

}  // namespace

std::span<const MetricRow> metric_rows() {
  return all_metrics;
}

const MetricRow& find_metric(const std::string& name) {
  std::vector<std::string> known;
  for (const MetricRow& row : all_metrics) {
    if (row.name == name) {
      return row;
    }
    known.emplace_back(row.name);
  }
  throw InputError("unknown metric '" + name + "'" + did_you_mean(name, known));
}

std::string metric_text(const MetricRow& row, std::optional<double> value) {
  const std::string unit = row.unit;
  if (!value) {
    return "–";
  }
  if (unit == "%") {
    return significant(100.0 * *value) + " %";
  }
  if (unit == "pJ") {
    return scaled(*value * 1e-12, "J");
  }
  if (unit == "B") {
    return binary_size(static_cast<std::int64_t>(8.0 * std::round(*value)));
  }
  if (unit == "mm²") {
    return significant(*value) + " mm²";
  }
  if (unit == "inputs/s" || unit.empty()) {
    return significant(*value) + (unit.empty() ? "" : " " + unit);
  }
  return scaled(*value, unit);
}

}  // namespace pj
