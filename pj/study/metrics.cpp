#include "pj/study/metrics.hpp"

#include "pj/study/sparsity_report.hpp"
#include "pj/workload/nonzero.hpp"

namespace pj {

namespace {

/// The share of a fanout's copies over which the mapping spreads tiles.
double share_in_use(const Fanout& fanout, const StageMapping& mapping) {
  double copies = 1.0;
  for (const Loop& loop : mapping.loops) {
    copies *= static_cast<double>(loop.factor);
  }
  return copies / static_cast<double>(fanout.copies());
}

/// The weights of a layer: its second operand, where it has two.
void count_weights(const Workload& workload, LayerMetrics& into) {
  if (workload.tensors.size() != 3) {
    return;
  }
  into.weights = 1;
  for (const std::int64_t size : operand_shape(workload, 1)) {
    into.weights *= size;
  }
  into.nonzero_weights = workload.tensors[1].density * static_cast<double>(into.weights);
}

void add(const LayerMetrics& layer, Metrics& sum) {
  sum.macs += layer.macs;
  sum.nonzero_macs += layer.nonzero_macs;
  sum.weights += layer.weights;
  sum.nonzero_weights += layer.nonzero_weights;
  sum.energy += layer.energy;
  sum.cycles += layer.cycles;
  sum.outermost_bits += layer.outermost_bits;
  sum.outermost_accesses += layer.outermost_accesses;
  sum.utilisation += layer.cycles.value * layer.utilisation;
  sum.units_used += layer.cycles.value * static_cast<double>(layer.units);
  for (std::size_t s = 0; s < layer.stage_energy.size(); ++s) {
    sum.stage_energy[s] += layer.stage_energy[s];
    sum.stage_words[s] += layer.stage_words[s];
    sum.in_use[s] += layer.cycles.value * layer.in_use[s];
  }
}

/// How far the sum of the layers' values can be above the least.
double gap_of(std::span<const LayerMetrics> layers) {
  double value = 0.0;
  double least = 0.0;
  for (const LayerMetrics& layer : layers) {
    value += layer.value;
    least += layer.proved ? layer.value : layer.lower_bound;
  }
  return value == least ? 0.0 : value / least - 1.0;
}

}  // namespace

LayerMetrics measure(const LayerEstimate& layer, const Accelerator& accelerator, Objective objective) {
  const MapperResult& result = layer.result;
  const SparsitySummary zeros = summarise_sparsity(layer, accelerator);
  LayerMetrics measured{.macs = result.traffic.macs,
                        .nonzero_macs = zeros.nonzero_macs,
                        .energy = result.cost.energy(),
                        .cycles = result.cost.cycles(),
                        .utilisation = utilisation(layer.workload, accelerator, result.traffic, result.cost),
                        .units = result.traffic.units,
                        .outermost_bits = zeros.outermost_bits,
                        .outermost_accesses = zeros.outermost_accesses,
                        .value = objective_value(objective, result.cost),
                        .lower_bound = result.certificate.lower_bound,
                        .proved = result.certificate.proved};
  count_weights(layer.workload, measured);
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    const auto* fanout = std::get_if<Fanout>(&accelerator.stages[s]);
    measured.in_use.push_back(fanout == nullptr ? 0.0 : share_in_use(*fanout, result.mapping.stages[s]));
    measured.stage_energy.push_back(stage_energy(result.cost, s));
    measured.stage_words.push_back(accesses(result.traffic, s));
  }
  return measured;
}

Metrics metrics(std::span<const LayerMetrics> layers, const Accelerator& accelerator, std::int64_t batch) {
  const std::size_t stages = accelerator.stages.size();
  Metrics all{.batch = batch,
              .units = accelerator.compute_units(),
              .on_chip = on_chip_storage(accelerator),
              .in_use = std::vector<double>(stages),
              .stage_energy = std::vector<Picojoules>(stages),
              .stage_words = std::vector<std::int64_t>(stages)};
  for (const LayerMetrics& layer : layers) {
    add(layer, all);
    all.proved = all.proved && layer.proved;
  }
  all.gap = all.proved ? 0.0 : gap_of(layers);
  const double cycles = all.cycles.value > 0.0 ? all.cycles.value : 1.0;  // nothing to divide where all is skipped
  all.utilisation /= cycles;
  all.units_used /= cycles;
  for (double& share : all.in_use) {
    share /= cycles;
  }
  all.latency = all.cycles / accelerator.clock;
  all.peak_macs_per_second = static_cast<double>(all.units) * accelerator.clock.value;
  if (parts_without_area(accelerator).empty()) {
    all.area = area(accelerator);
  }
  return all;
}

Metrics metrics(const Estimate& estimate) {
  std::vector<LayerMetrics> layers;
  for (const LayerEstimate& layer : estimate.layers) {
    layers.push_back(measure(layer, estimate.accelerator, estimate.objective));
  }
  return metrics(layers, estimate.accelerator, estimate.batch);
}

Bits storage_of(const Level& level) {
  Bits total = level.capacity.value_or(Bits{0});
  for (const auto& [tensor, size] : level.partitions) {
    total = total + size;
  }
  return total;
}

Bits on_chip_storage(const Accelerator& accelerator) {
  Bits total;
  std::int64_t copies = 1;
  for (std::size_t s = 1; s < accelerator.stages.size(); ++s) {
    if (const auto* fanout = std::get_if<Fanout>(&accelerator.stages[s])) {
      copies *= fanout->copies();
    } else {
      total = total + copies * storage_of(std::get<Level>(accelerator.stages[s]));
    }
  }
  return total;
}

std::vector<std::string> parts_without_area(const Accelerator& accelerator) {
  std::vector<std::string> parts;
  for (std::size_t s = 1; s < accelerator.stages.size(); ++s) {
    const auto* level = std::get_if<Level>(&accelerator.stages[s]);
    if (level != nullptr && level->area.value == 0.0 && storage_of(*level).value > 0) {
      parts.push_back(level->name);
    }
  }
  if (accelerator.compute.area.value == 0.0) {
    parts.push_back(accelerator.compute.name);
  }
  return parts;
}

Verdict discloses(const Accelerator& accelerator) {
  if (accelerator.node_nm == 0) {
    return Verdict::no(accelerator.name +
                       " does not say its technology; add a line as 'technology: 65 nm' to its file");
  }
  return Verdict::yes();
}

}  // namespace pj
