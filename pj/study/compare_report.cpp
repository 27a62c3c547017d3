#include "pj/study/compare_report.hpp"

#include <nlohmann/json.hpp>

#include <array>

#include "pj/base/text.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/metrics_report.hpp"
#include "pj/study/proof_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

/// What decides between machines.
constexpr std::array shown{"energy", "latency", "edp", "power", "area", "utilisation", "accesses"};

std::optional<double> ratio_to_first(const Comparison& comparison, const MetricRow& metric, std::size_t machine) {
  const auto first = metric.value(comparison.machines[comparison.first].metrics);
  const auto own = metric.value(comparison.machines[machine].metrics);
  return first && own && *first != 0.0 ? std::optional(*own / *first) : std::nullopt;
}

/// `28.2 mJ *` and `× 1.00`.
std::string cell(const Comparison& comparison, const MetricRow& metric, std::size_t machine) {
  const bool is_best = best_machine(comparison, metric) == machine;
  return metric_text(metric, metric.value(comparison.machines[machine].metrics)) + (is_best ? " *" : "  ");
}

std::string ratio_cell(const Comparison& comparison, const MetricRow& metric, std::size_t machine) {
  const auto ratio = ratio_to_first(comparison, metric, machine);
  return ratio ? "× " + significant(*ratio) : "";
}

std::string scenario_text(const Comparison& comparison, std::size_t scenario) {
  const Scenario& asked = comparison.scenarios[scenario];
  std::vector<std::string> limits;
  for (const Limit& limit : asked.limits) {
    limits.push_back(limit_text(limit));
  }
  std::string text = "\n" + asked.title + " (" + asked.name + ": " + join(limits, ", ") + ")\n";
  for (const ComparedMachine& machine : comparison.machines) {
    const std::vector<std::string>& over = machine.over[scenario];
    text += "  " + machine.accelerator.name + (over.empty() ? ": within all limits\n" : ": VIOLATES ");
    std::vector<std::string> broken;
    for (const std::string& name : over) {
      const MetricRow& metric = find_metric(name);
      broken.push_back(name + " (" + metric_text(metric, metric.value(machine.metrics)) + ")");
    }
    text += over.empty() ? "" : join(broken, ", ") + "\n";
  }
  return text;
}

Json machine_json(const Comparison& comparison, std::size_t place) {
  const ComparedMachine& machine = comparison.machines[place];
  const Accelerator& accelerator = machine.accelerator;
  Json json{{"accelerator", accelerator.name},         {"title", accelerator.title},
            {"technology_nm", accelerator.node_nm},    {"precision_bits", accelerator.compute.bits},
            {"proved", machine.metrics.proved},        {"gap", machine.metrics.gap},
            {"metrics", metrics_json(machine.metrics)}};
  json["ratios"] = Json::object();
  for (const MetricRow& metric : metric_rows()) {
    const auto ratio = ratio_to_first(comparison, metric, place);
    json["ratios"][metric.key] = ratio ? Json(*ratio) : Json();
  }
  json["energy_pJ"] = Json::object();
  json["in_use"] = Json::object();
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    const std::string& name = stage_name(accelerator.stages[s]);
    json["energy_pJ"][name] = machine.metrics.stage_energy[s].value;
    if (std::holds_alternative<Fanout>(accelerator.stages[s])) {
      json["in_use"][name] = machine.metrics.in_use[s];
    }
  }
  json["violates"] = Json::object();
  for (std::size_t i = 0; i < comparison.scenarios.size(); ++i) {
    json["violates"][comparison.scenarios[i].name] = machine.over[i];
  }
  return json;
}

Json scenario_json(const Scenario& scenario) {
  Json json{{"name", scenario.name}, {"title", scenario.title}, {"source", scenario.source}};
  json["limits"] = Json::array();
  for (const Limit& limit : scenario.limits) {
    json["limits"].push_back({{"key", limit.metric->key},
                              {"at_least", limit.least ? Json(*limit.least) : Json()},
                              {"at_most", limit.most ? Json(*limit.most) : Json()}});
  }
  return json;
}

}  // namespace

std::string comparison_table(const Comparison& comparison) {
  std::vector<std::string> header{"machine"};
  for (const char* name : shown) {
    header.emplace_back(find_metric(name).title);
    header.emplace_back();
  }
  header.emplace_back("copies in use");
  Table table(header);
  table.left(header.size() - 1);
  for (std::size_t i = 0; i < comparison.machines.size(); ++i) {
    std::vector<std::string> row{comparison.machines[i].accelerator.name};
    for (const char* name : shown) {
      row.push_back(cell(comparison, find_metric(name), i));
      row.push_back(ratio_cell(comparison, find_metric(name), i));
    }
    row.push_back(in_use_text(comparison.machines[i].metrics, comparison.machines[i].accelerator));
    table.add(row);
  }
  std::string text = comparison.network + ", batches of " + grouped(comparison.batch) + "\n\n" + table.text() + "\n";
  for (const ComparedMachine& machine : comparison.machines) {
    text += machine.accelerator.name + ": " + machine.accelerator.title + "; " + disclosure(machine.accelerator) +
            (machine.metrics.proved ? "" : "; at most " + gap_text(machine.metrics.gap) + " above the least") + ".\n";
  }
  text += "*: the best. ×: to " + comparison.machines[comparison.first].accelerator.name + ".\n";
  for (std::size_t i = 0; i < comparison.scenarios.size(); ++i) {
    text += scenario_text(comparison, i);
  }
  return text;
}

std::string comparison_csv(std::span<const Comparison> comparisons) {
  std::vector<std::string> header{"network",        "batch",  "accelerator", "technology_nm",
                                  "precision_bits", "proved", "gap"};
  for (const MetricRow& metric : metric_rows()) {
    header.emplace_back(metric.key);
  }
  std::string text = csv_line(header) + "\n";
  for (const Comparison& comparison : comparisons) {
    for (const ComparedMachine& machine : comparison.machines) {
      std::vector<std::string> row{comparison.network,
                                   std::to_string(comparison.batch),
                                   machine.accelerator.name,
                                   std::to_string(machine.accelerator.node_nm),
                                   std::to_string(machine.accelerator.compute.bits),
                                   machine.metrics.proved ? "yes" : "no",
                                   exact(machine.metrics.gap)};
      for (const MetricRow& metric : metric_rows()) {
        const auto value = metric.value(machine.metrics);
        row.push_back(value ? exact(*value) : "");
      }
      text += csv_line(row) + "\n";
    }
  }
  return text;
}

std::string comparison_json(std::span<const Comparison> comparisons) {
  Json json{{"basis", "modelled"}};
  json["scenarios"] = Json::array();
  for (const Scenario& scenario : comparisons.front().scenarios) {
    json["scenarios"].push_back(scenario_json(scenario));
  }
  json["networks"] = Json::array();
  for (const Comparison& comparison : comparisons) {
    Json network{{"network", comparison.network}, {"batch", comparison.batch}, {"first", comparison.first}};
    network["best"] = Json::object();
    for (const MetricRow& metric : metric_rows()) {
      const std::size_t best = best_machine(comparison, metric);
      network["best"][metric.key] = best < comparison.machines.size() ? Json(best) : Json();
    }
    network["machines"] = Json::array();
    for (std::size_t i = 0; i < comparison.machines.size(); ++i) {
      network["machines"].push_back(machine_json(comparison, i));
    }
    json["networks"].push_back(std::move(network));
  }
  return json_text(json);
}

}  // namespace pj
