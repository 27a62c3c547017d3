#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/study/metrics.hpp"

namespace pj {

/// Bounds on a metric, in the unit of its key.
struct Limit {
  const MetricRow* metric = nullptr;
  std::optional<double> least, most;

  bool operator==(const Limit&) const = default;
};

/// Reads `{power: 300 mW, throughput: 30, area: {at_least: 1 mm2, at_most: 5 mm2}}`: a plain value is the most of what
/// should be small and the least of what should be large. Every fault is an `InputError` with its place.
std::vector<Limit> read_limits(const YamlNode& node);

/// The metric that a node names, with its place in the fault.
const MetricRow& read_metric(const YamlNode& name);

/// `power ≤ 300 mW`.
std::string limit_text(const Limit& limit);

/// Is the metric within the limit? One that is not known is not.
bool holds(const Limit& limit, const Metrics& metrics);

/// The names of the metrics that are not within their limits.
std::vector<std::string> violated(const std::vector<Limit>& limits, const Metrics& metrics);

}  // namespace pj
