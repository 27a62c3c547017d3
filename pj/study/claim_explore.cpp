#include <algorithm>
#include <vector>

#include "pj/accelerator/reader.hpp"
#include "pj/base/random.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/compare.hpp"
#include "pj/study/computations.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/metrics_report.hpp"
#include "pj/study/non_dominated.hpp"
#include "pj/study/roofline.hpp"

namespace pj {

namespace {

/// Equal tiles only: the claims are about what is made of a mapping, not about the best one.
Estimate claimed_estimate(const YamlNode& with, const Accelerator& machine, const MappingCache* cache) {
  return evaluate(claimed_network(with.at("of")), machine,
                  {.mapper = {.perfect_factors = true}, .cache = cache, .threads = 1});
}

double number_or(const YamlNode& with, const MappingCache* cache, const char* key, double otherwise) {
  const YamlNode* node = with.find(key);
  return node == nullptr ? otherwise : value_of(*node, {.cache = cache});
}

bool prints(const Accelerator& machine) {
  return metrics_text(metrics(std::span<const LayerMetrics>(), machine, 1), machine).starts_with("Metrics (");
}

}  // namespace

double metric_of_measurement(const YamlNode& with, const MappingCache* cache) {
  Metrics measured{.batch = static_cast<std::int64_t>(number_or(with, cache, "batch", 1.0)),
                   .macs = static_cast<std::int64_t>(number_or(with, cache, "macs", 0.0)),
                   .nonzero_macs = number_or(with, cache, "nonzero_macs", 0.0),
                   .latency = {number_or(with, cache, "latency", 0.0)},
                   .units = static_cast<std::int64_t>(number_or(with, cache, "units", 0.0)),
                   .outermost_bits = 8.0 * number_or(with, cache, "bytes", 0.0),
                   .outermost_accesses = number_or(with, cache, "accesses", 0.0)};
  measured.energy = {number_or(with, cache, "power", 0.0) * measured.latency.value * 1e12};
  measured.peak_macs_per_second = static_cast<double>(measured.units) * number_or(with, cache, "clock", 0.0);
  measured.on_chip = {static_cast<std::int64_t>(8.0 * number_or(with, cache, "storage", 0.0))};
  if (const YamlNode* area = with.find("area")) {
    measured.area = SquareMicrons{1e6 * value_of(*area, {.cache = cache})};
  }
  const MetricRow& metric = read_metric(with.at("metric"));
  const auto value = metric.value(measured);
  if (!value) {
    throw InputError(with.at("metric").position(), "too little is given to compute this metric");
  }
  return *value;
}

double ridge(const YamlNode& with) {
  const Accelerator machine = claimed_accelerator(with.at("on"));
  const std::string& level = with.at("level").text("level");
  for (const Roof& roof : roofs(machine)) {
    if (roof.level == level) {
      return roof.ridge;
    }
  }
  throw InputError(with.at("level").position(), "the accelerator has no level '" + level + "' with a bandwidth");
}

double layers_above_roof(const YamlNode& with, const MappingCache* cache) {
  const Roofline result = roofline(claimed_estimate(with, claimed_accelerator(with.at("on")), cache));
  constexpr double rounding = 1e-9;
  return static_cast<double>(std::count_if(result.layers.begin(), result.layers.end(), [](const RooflinePoint& point) {
    return point.achieved > point.attainable * (1.0 + rounding);
  }));
}

double share_in_use(const YamlNode& with, const MappingCache* cache) {
  const Accelerator machine = claimed_accelerator(with.at("on"));
  const YamlNode& fanout = with.at("fanout");
  for (std::size_t stage = 0; stage < machine.stages.size(); ++stage) {
    if (stage_name(machine.stages[stage]) == fanout.text("fanout")) {
      return 100.0 * metrics(claimed_estimate(with, machine, cache)).in_use[stage];
    }
  }
  throw InputError(fanout.position(), "the accelerator has no fanout '" + fanout.text("fanout") + "'");
}

double broken_limits(const YamlNode& with, const MappingCache* cache) {
  const Scenario scenario = load_scenario(with.at("scenario").text("scenario"));
  const Metrics found = metrics(claimed_estimate(with, claimed_accelerator(with.at("on")), cache));
  return static_cast<double>(violated(scenario.limits, found).size());
}

double front_differences(const YamlNode& with) {
  Rng rng(1);
  std::int64_t differences = 0;
  for (std::int64_t set = with.at("sets").integer("sets", 1, 1'000'000); set > 0; --set) {
    std::vector<Objectives> points(static_cast<std::size_t>(rng.between(1, 40)), Objectives(3));
    for (Objectives& point : points) {
      std::generate(point.begin(), point.end(), [&] { return static_cast<double>(rng.between(0, 9)); });
    }
    std::vector<bool> is_on_front(points.size());
    for (const std::size_t place : non_dominated(points)) {
      is_on_front[place] = true;
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool is_dominated = std::any_of(points.begin(), points.end(),
                                            [&](const Objectives& other) { return dominates(other, points[i]); });
      differences += is_on_front[i] == is_dominated ? 1 : 0;
    }
  }
  return static_cast<double>(differences);
}

double undisclosed_reports(const YamlNode& with) {
  std::int64_t wrong = 0;
  for (const YamlNode& node : with.at("machines").sequence("machines")) {
    Accelerator machine = claimed_accelerator(node);
    wrong += prints(machine) ? 0 : 1;
    machine.node_nm = 0;
    wrong += prints(machine) ? 1 : 0;
  }
  return static_cast<double>(wrong);
}

double rows_out_of_order(const YamlNode& with, const MappingCache* cache) {
  const MetricRow& metric = read_metric(with.at("by"));
  std::vector<Estimate> estimates;
  for (const YamlNode& node : with.at("machines").sequence("machines")) {
    estimates.push_back(claimed_estimate(with, claimed_accelerator(node), cache));
  }
  const Comparison table = compare(estimates, {}, &metric);
  std::int64_t wrong = 0;
  for (std::size_t i = 1; i < table.machines.size(); ++i) {
    const double before = metric.value(table.machines[i - 1].metrics).value();
    const double here = metric.value(table.machines[i].metrics).value();
    wrong += (metric.less_is_better ? before > here : before < here) ? 1 : 0;
  }
  return static_cast<double>(wrong);
}

}  // namespace pj
