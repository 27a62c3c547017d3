#include "pj/study/compare.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "pj/study/metrics_report.hpp"

namespace pj {

namespace {

/// The smaller the better; what is not known is the worst.
double rank(const MetricRow& metric, const Metrics& metrics) {
  const auto value = metric.value(metrics);
  return value ? (metric.less_is_better ? *value : -*value) : std::numeric_limits<double>::infinity();
}

}  // namespace

Comparison compare(const std::vector<Estimate>& estimates, const std::vector<Scenario>& scenarios,
                   const MetricRow* sort_by) {
  std::vector<ComparedMachine> machines;
  for (const Estimate& estimate : estimates) {
    disclosure(estimate.accelerator);
    machines.push_back({.accelerator = estimate.accelerator, .metrics = metrics(estimate)});
    for (const Scenario& scenario : scenarios) {
      machines.back().over.push_back(violated(scenario.limits, machines.back().metrics));
    }
  }
  std::vector<std::size_t> order(machines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (sort_by != nullptr) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return rank(*sort_by, machines[a].metrics) < rank(*sort_by, machines[b].metrics);
    });
  }
  Comparison result{.network = estimates.front().network, .batch = estimates.front().batch, .scenarios = scenarios};
  for (const std::size_t place : order) {
    if (place == 0) {
      result.first = result.machines.size();
    }
    result.machines.push_back(machines[place]);
  }
  return result;
}

std::size_t best_machine(const Comparison& comparison, const MetricRow& metric) {
  std::size_t best = comparison.machines.size();
  for (std::size_t i = 0; i < comparison.machines.size(); ++i) {
    const double least = best == comparison.machines.size() ? std::numeric_limits<double>::infinity()
                                                            : rank(metric, comparison.machines[best].metrics);
    best = rank(metric, comparison.machines[i].metrics) < least ? i : best;
  }
  return best;
}

}  // namespace pj
