#include "pj/study/limits.hpp"

#include <algorithm>
#include <utility>

#include "pj/base/text.hpp"

namespace pj {

namespace {

using Units = std::vector<std::pair<std::string, double>>;

/// How a value of a metric may be written, in the unit of its key; empty: a plain number.
const Units& units_of(const MetricRow& metric) {
  static const std::vector<std::pair<std::string, Units>> all{
      {"pJ", {{"pJ", 1.0}, {"nJ", 1e3}, {"uJ", 1e6}, {"mJ", 1e9}, {"J", 1e12}}},
      {"s", {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}}},
      {"W", {{"uW", 1e-6}, {"mW", 1e-3}, {"W", 1.0}}},
      {"mm²", {{"um2", 1e-6}, {"mm2", 1.0}}},
      {"Js", {{"mJs", 1e-3}, {"Js", 1.0}}},
      {"%", {{"%", 0.01}, {"", 1.0}}},
      {"B", {{"B", 1.0}, {"KiB", 1024.0}, {"MiB", 1048576.0}}},
      {"B/s", {{"B/s", 1.0}, {"MB/s", 1e6}, {"GB/s", 1e9}}},
      {"OPS", {{"OPS", 1.0}, {"MOPS", 1e6}, {"GOPS", 1e9}, {"TOPS", 1e12}}},
      {"OPS/W", {{"OPS/W", 1.0}, {"GOPS/W", 1e9}, {"TOPS/W", 1e12}}},
      {"OPS/mm²", {{"OPS/mm2", 1.0}, {"GOPS/mm2", 1e9}}},
      {"inputs/s", {{"inputs/s", 1.0}, {"", 1.0}}},
      {"op", {{"op", 1.0}, {"", 1.0}}},
      {"", {{"", 1.0}}},
  };
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& row) { return row.first == metric.unit; });
  ensure(found != all.end(), "every unit of a metric can be written");
  return found->second;
}

double value_of(const YamlNode& node, const MetricRow& metric) {
  const double value = node.quantity(metric.name, units_of(metric));
  if (value < 0.0) {
    throw InputError(node.position(), std::string(metric.name) + " is never below 0; give another limit");
  }
  return value;
}

Limit read_limit(const YamlNode& node, const MetricRow& metric) {
  Limit limit{.metric = &metric};
  if (!node.is_map()) {
    (metric.less_is_better ? limit.most : limit.least) = value_of(node, metric);
    return limit;
  }
  node.allow_keys(std::vector<std::string>{"at_least", "at_most"});
  if (const YamlNode* least = node.find("at_least")) {
    limit.least = value_of(*least, metric);
  }
  if (const YamlNode* most = node.find("at_most")) {
    limit.most = value_of(*most, metric);
  }
  if (!limit.least && !limit.most) {
    throw InputError(node.position(), "a limit needs 'at_least', 'at_most' or both");
  }
  if (limit.least && limit.most && *limit.least > *limit.most) {
    throw InputError(node.position(), "no " + std::string(metric.name) + " is at least " +
                                          metric_text(metric, limit.least) + " and at most " +
                                          metric_text(metric, limit.most) + "; change one");
  }
  return limit;
}

}  // namespace

const MetricRow& read_metric(const YamlNode& name) {
  try {
    return find_metric(name.text("a metric"));
  } catch (const InputError& fault) {
    throw name.is_scalar() ? InputError(name.position(), fault.what()) : fault;
  }
}

std::vector<Limit> read_limits(const YamlNode& node) {
  std::vector<Limit> limits;
  for (const auto& [key, position, value] : node.map("limits")) {
    limits.push_back(read_limit(value, read_metric(YamlNode(position, key))));
  }
  return limits;
}

std::string limit_text(const Limit& limit) {
  std::string text = limit.metric->name;
  text += limit.least ? " ≥ " + metric_text(*limit.metric, limit.least) : "";
  return text + (limit.most ? " ≤ " + metric_text(*limit.metric, limit.most) : "");
}

bool holds(const Limit& limit, const Metrics& metrics) {
  const auto value = limit.metric->value(metrics);
  return value && (!limit.least || *value >= *limit.least) && (!limit.most || *value <= *limit.most);
}

std::vector<std::string> violated(const std::vector<Limit>& limits, const Metrics& metrics) {
  std::vector<std::string> names;
  for (const Limit& limit : limits) {
    if (!holds(limit, metrics)) {
      names.emplace_back(limit.metric->name);
    }
  }
  return names;
}

}  // namespace pj
