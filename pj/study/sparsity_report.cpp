#include "pj/study/sparsity_report.hpp"

#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/cost/prices.hpp"
#include "pj/mapping/count.hpp"
#include "pj/sparse/zeros.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/rounding.hpp"
#include "pj/workload/nonzero.hpp"

namespace pj {

namespace {

std::string fraction_text(double part, double whole) {
  return whole > 0.0 ? significant(part / whole) : "–";
}

/// The columns behind the densities.
std::vector<std::string> numbers(const SparsitySummary& summary, Picojoules energy) {
  return {significant(summary.nonzero_macs * 1e-6, 4),
          fraction_text(energy.value, summary.nonzero_macs),
          fraction_text(summary.outermost_accesses, summary.nonzero_macs),
          significant(summary.outermost_bits / bits_per_megabyte),
          significant(summary.outermost_dense_bits / bits_per_megabyte),
          fraction_text(summary.outermost_dense_bits, summary.outermost_bits)};
}

/// The density of the tensor with this name, or nothing where the layer has none.
std::string density_text(const Workload& workload, const std::string& name) {
  for (const Operand& tensor : workload.tensors) {
    if (tensor.name == name) {
      return significant(100.0 * tensor.density) + " %";
    }
  }
  return "";
}

}  // namespace

SparsitySummary& SparsitySummary::operator+=(const SparsitySummary& other) {
  nonzero_macs += other.nonzero_macs;
  outermost_bits += other.outermost_bits;
  outermost_dense_bits += other.outermost_dense_bits;
  outermost_accesses += other.outermost_accesses;
  return *this;
}

SparsitySummary summarise_sparsity(const LayerEstimate& layer, const Accelerator& accelerator) {
  SparsitySummary summary{.nonzero_macs = expected_nonzero_macs(layer.workload)};
  const Prices price = prices(layer.workload, accelerator);
  for (std::size_t t = 0; t < layer.workload.tensors.size(); ++t) {
    const Transfers& moved = layer.result.traffic.levels.front()[t];
    const Prices::Element& element = price.stages.front()[t];
    const auto words = static_cast<double>(moved.reads() + moved.writes());
    // A partial sum is written and read again without a format.
    const double bits = words * element.bits + 2.0 * static_cast<double>(moved.served) * element.bits_of_partial;
    const double width = layer.workload.tensors[t].bits;
    summary.outermost_bits += bits;
    summary.outermost_dense_bits += words * width;
    summary.outermost_accesses += bits / width;
  }
  return summary;
}

SparsitySummary summarise_sparsity(const Estimate& estimate) {
  SparsitySummary all;
  for (const LayerEstimate& layer : estimate.layers) {
    all += summarise_sparsity(layer, estimate.accelerator);
  }
  return all;
}

bool has_zeros(const Workload& workload) {
  return std::any_of(workload.tensors.begin(), workload.tensors.end(),
                     [](const Operand& tensor) { return tensor.density < 1.0; });
}

bool has_zeros(const Estimate& estimate) {
  return std::any_of(estimate.layers.begin(), estimate.layers.end(),
                     [](const LayerEstimate& layer) { return has_zeros(layer.workload); });
}

std::string sparsity_table(const Estimate& estimate) {
  const std::string memory = stage_name(estimate.accelerator.stages.front());
  Table table({"layer", "Input", "Weight", "Output", "non-zero MACs (M)", "pJ each", memory + " words each",
               memory + " MB", "dense", "ratio"});
  for (const LayerEstimate& layer : estimate.layers) {
    const SparsitySummary summary = summarise_sparsity(layer, estimate.accelerator);
    std::vector<std::string> row{layer.name};
    for (const char* tensor : {"Input", "Weight", "Output"}) {
      row.push_back(density_text(layer.workload, tensor));
    }
    const auto rest = numbers(summary, layer.result.cost.energy());
    row.insert(row.end(), rest.begin(), rest.end());
    table.add(row);
  }
  table.rule();
  std::vector<std::string> total{"all", "", "", ""};
  const auto rest = numbers(summarise_sparsity(estimate), estimate.energy());
  total.insert(total.end(), rest.begin(), rest.end());
  table.add(total);
  return table.text() +
         "Shares of non-zeros as given; the rest is expected where zeros are independent of each other.\n";
}

std::string sparse_tiles_table(const LayerEstimate& layer, const Accelerator& accelerator) {
  const Workload& workload = layer.workload;
  Table table({"level", "tensor", "non-zero", "words held", "non-zeros", "empty", "bits a word"});
  table.left(1);
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    if (!std::holds_alternative<Level>(accelerator.stages[s])) {
      continue;
    }
    const auto extents = tile_extents(workload, layer.result.mapping, s, true);
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
      const double density = workload.tensors[t].density;
      const bool has_results = !workload.is_output(t) || s == 0;  // partial sums are dense
      if (density == 1.0 || !has_results || !layer.result.mapping.stages[s].keeps[t]) {
        continue;
      }
      const std::int64_t words = tile_words(workload, t, extents);
      table.add({stage_name(accelerator.stages[s]), workload.tensors[t].name, percent(density), grouped(words),
                 significant(density * static_cast<double>(words)),
                 significant(100.0 * empty_probability(density, words)) + " %",
                 significant(stored_bits(workload, t, accelerator, s))});
    }
  }
  return table.text() + "Expected where zeros are independent of each other: " +
         significant(expected_nonzero_macs(workload) * 1e-6, 4) + " of " +
         significant(static_cast<double>(workload.macs()) * 1e-6, 4) + " million MACs have no zero operand.\n";
}

}  // namespace pj
