#include "pj/study/evaluate.hpp"

#include <algorithm>
#include <atomic>

#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"
#include "pj/cost/prices.hpp"

namespace pj {

namespace {

Picojoules sum_of(const std::vector<Picojoules>& parts) {
  Picojoules total;
  for (const Picojoules part : parts) {
    total += part;
  }
  return total;
}

bool cost_the_same(const Prices& a, const Prices& b) {
  const auto same = [](const Prices::Element& x, const Prices::Element& y) {
    return x.serve == y.serve && x.drain == y.drain && x.fill == y.fill && x.update == y.update && x.hop == y.hop &&
           x.bits == y.bits && x.bits_of_partial == y.bits_of_partial;
  };
  return a.operation == b.operation && a.step == b.step &&
         std::ranges::equal(a.stages, b.stages,
                            [&](const auto& x, const auto& y) { return std::ranges::equal(x, y, same); });
}

/// The workload without zeros that change no price, as those of weights on a machine that does not look for them:
/// layers that differ in nothing else share a search.
Workload without_idle_zeros(Workload workload, const Accelerator& accelerator) {
  for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
    if (workload.tensors[t].density != 1.0) {
      Workload dense = workload;
      dense.tensors[t].density = 1.0;
      workload = cost_the_same(prices(dense, accelerator), prices(workload, accelerator)) ? dense : workload;
    }
  }
  return workload;
}

}  // namespace

Workload in_formats_of(const Accelerator& accelerator, Workload workload) {
  for (Operand& tensor : workload.tensors) {
    tensor.bits = std::min(tensor.bits, accelerator.compute.bits);
  }
  workload.tensors.back().partial_bits = accelerator.compute.partial_bits;
  return workload;
}

void check_formats(const Accelerator& accelerator, const Formats& formats) {
  for (const auto& format : {formats.weights, formats.activations}) {
    if (format && format->bits > accelerator.compute.bits) {
      throw InputError("the format " + to_string(*format) + " is wider than the " +
                       std::to_string(accelerator.compute.bits) + " bit of accelerator '" + accelerator.name +
                       "'; ask for a narrower one");
    }
  }
}

std::vector<std::size_t> first_of_equals(const std::vector<LayerEstimate>& layers) {
  std::vector<std::size_t> first;
  for (const LayerEstimate& layer : layers) {
    const auto same = std::find_if(layers.begin(), layers.end(), [&](const LayerEstimate& other) {
      return other.workload.indices == layer.workload.indices && other.workload.tensors == layer.workload.tensors;
    });
    first.push_back(static_cast<std::size_t>(same - layers.begin()));
  }
  return first;
}

LayerEstimate map_layer(LayerEstimate layer, const Accelerator& accelerator, const EvaluateOptions& options) {
  layer.result =
      find_cached_mapping(without_idle_zeros(layer.workload, accelerator), accelerator, options.mapper, options.cache);
  if (layer.result.verdict) {
    return layer;
  }
  const std::string which = "layer '" + layer.name + "'";
  if (layer.result.certificate.proved) {
    throw InputError(which + " has no mapping on " + accelerator.name + ": " + layer.result.verdict.reason());
  }
  if (options.mapper.interrupt != nullptr && options.mapper.interrupt->requested()) {
    throw Interrupted("interrupted before a mapping of " + which + " was found");
  }
  throw InputError("no mapping of " + which + " was found within " + exact(options.mapper.time_limit->value) +
                   " s; give the search more time with --time-limit");
}

Estimate evaluate(const Network& network, const Accelerator& accelerator, const EvaluateOptions& options) {
  return evaluate(network.name, lower(network), accelerator, options);
}

Estimate evaluate(const std::string& network, std::vector<LoweredLayer> layers, const Accelerator& accelerator,
                  const EvaluateOptions& options) {
  Estimate estimate{
      .network = network, .accelerator = accelerator, .objective = options.mapper.objective, .batch = options.batch};
  for (LoweredLayer& layer : layers) {
    estimate.layers.push_back({layer.name, layer.kind, in_formats_of(accelerator, std::move(layer.workload))});
  }
  std::vector<LayerEstimate> searched = estimate.layers;
  for (LayerEstimate& layer : searched) {
    layer.workload = without_idle_zeros(std::move(layer.workload), accelerator);
  }
  const std::vector<std::size_t> first = first_of_equals(searched);
  std::vector<std::size_t> distinct;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == i) {
      distinct.push_back(i);
    }
  }
  estimate.searched = distinct.size();
  std::atomic<std::size_t> done{0};
  parallel_for(distinct.size(), options.threads, [&](std::size_t i) {
    LayerEstimate& layer = estimate.layers[distinct[i]];
    layer = map_layer(std::move(layer), accelerator, options);
    if (options.mapper.interrupt != nullptr) {
      options.mapper.interrupt->check();
    }
    if (options.progress) {
      options.progress(++done, distinct.size());
    }
  });
  for (std::size_t i = 0; i < first.size(); ++i) {
    estimate.layers[i].result = estimate.layers[first[i]].result;
  }
  return estimate;
}

Picojoules stage_energy(const Cost& cost, std::size_t stage) {
  return sum_of(cost.levels[stage]) + cost.networks[stage];
}

std::int64_t accesses(const Traffic& traffic, std::size_t stage) {
  std::int64_t words = 0;
  for (const Transfers& tensor : traffic.levels[stage]) {
    words += tensor.reads() + tensor.writes();
  }
  return words;
}

bool Estimate::proved() const {
  return std::all_of(layers.begin(), layers.end(),
                     [](const LayerEstimate& layer) { return layer.result.certificate.proved; });
}

double Estimate::gap() const {
  double value = 0.0;
  double least = 0.0;
  for (const LayerEstimate& layer : layers) {
    const double own = objective_value(objective, layer.result.cost);
    value += own;
    least += layer.result.certificate.proved ? own : layer.result.certificate.lower_bound;
  }
  return proved() ? 0.0 : value / least - 1.0;
}

Picojoules Estimate::energy() const {
  Picojoules total;
  for (const LayerEstimate& layer : layers) {
    total += layer.result.cost.energy();
  }
  return total;
}

Cycles Estimate::cycles() const {
  Cycles total;
  for (const LayerEstimate& layer : layers) {
    total += layer.result.cost.cycles();
  }
  return total;
}

std::int64_t Estimate::macs() const {
  std::int64_t total = 0;
  for (const LayerEstimate& layer : layers) {
    total += layer.result.traffic.macs;
  }
  return total;
}

std::int64_t Estimate::accesses(std::size_t stage) const {
  std::int64_t total = 0;
  for (const LayerEstimate& layer : layers) {
    total += pj::accesses(layer.result.traffic, stage);
  }
  return total;
}

Picojoules Estimate::energy_at(std::size_t stage) const {
  Picojoules total;
  for (const LayerEstimate& layer : layers) {
    total += stage_energy(layer.result.cost, stage);
  }
  return total;
}

Picojoules Estimate::compute_energy() const {
  Picojoules total;
  for (const LayerEstimate& layer : layers) {
    total += layer.result.cost.compute;
  }
  return total;
}

}  // namespace pj
