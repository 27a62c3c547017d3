#include <algorithm>
#include <array>
#include <string_view>

#include "pj/base/text.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/metrics.hpp"

namespace pj {

namespace {

/// The metrics that are not among the first columns.
bool is_further(const MetricRow& row) {
  constexpr std::array<std::string_view, 3> first{"macs", "energy_pJ", "utilisation"};
  return std::find(first.begin(), first.end(), row.key) == first.end();
}

std::vector<std::string> header_of(const Accelerator& accelerator) {
  std::vector<std::string> header{"layer",      "kind",   "macs",     "energy_pJ",
                                  "compute_pJ", "cycles", "bound_by", "utilisation"};
  for (const Stage& stage : accelerator.stages) {
    header.push_back(stage_name(stage) + "_pJ");
    if (std::holds_alternative<Level>(stage)) {
      header.push_back(stage_name(stage) + "_words");
    }
  }
  header.emplace_back("gap");
  for (const MetricRow& row : metric_rows()) {
    if (is_further(row)) {
      header.emplace_back(row.key);
    }
  }
  return header;
}

std::vector<std::string> row_of(const Estimate& estimate, const LayerEstimate& layer) {
  const Cost& cost = layer.result.cost;
  const LayerMetrics measured = measure(layer, estimate.accelerator, estimate.objective);
  std::vector<std::string> row{layer.name,
                               layer.kind,
                               std::to_string(measured.macs),
                               exact(measured.energy.value),
                               exact(cost.compute.value),
                               exact(measured.cycles.value),
                               bound_by(estimate.accelerator, cost),
                               exact(measured.utilisation)};
  for (std::size_t s = 0; s < estimate.accelerator.stages.size(); ++s) {
    row.push_back(exact(measured.stage_energy[s].value));
    if (std::holds_alternative<Level>(estimate.accelerator.stages[s])) {
      row.push_back(std::to_string(measured.stage_words[s]));
    }
  }
  row.push_back(exact(gap(layer.result.certificate, measured.value)));
  const Metrics all = metrics(std::span(&measured, 1), estimate.accelerator, estimate.batch);
  for (const MetricRow& metric : metric_rows()) {
    if (is_further(metric)) {
      const auto value = metric.value(all);
      row.push_back(value ? exact(*value) : "");
    }
  }
  return row;
}

}  // namespace

std::string estimate_csv(const Estimate& estimate) {
  std::string text = csv_line(header_of(estimate.accelerator)) + "\n";
  for (const LayerEstimate& layer : estimate.layers) {
    text += csv_line(row_of(estimate, layer)) + "\n";
  }
  return text;
}

}  // namespace pj
