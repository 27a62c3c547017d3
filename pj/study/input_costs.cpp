#include "pj/study/input_costs.hpp"

#include <algorithm>
#include <map>

#include "pj/execution/numbers.hpp"
#include "pj/inference/early_exits.hpp"
#include "pj/study/observation_report.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

namespace {

constexpr double not_seen = -1.0;

/// For each lowered layer the values whose zeros are counted; none for the products within a recurrent layer.
struct SeenTensors {
  std::vector<ValueId> inputs, outputs;
};

SeenTensors tensors_seen(const Network& run, const std::vector<LoweredLayer>& layers) {
  SeenTensors seen;
  for (const LoweredLayer& layer : layers) {
    const auto node = std::ranges::find(run.nodes, layer.name, &Node::name);
    const bool is_there = node != run.nodes.end();
    seen.inputs.push_back(is_there ? node->inputs.front() : no_value);
    seen.outputs.push_back(is_there ? stored_result(run, node->outputs.front()) : no_value);
  }
  return seen;
}

double share_of_nonzeros(const Constant& tensor) {
  const auto numbers = numbers_of<double>(tensor);
  const auto zeros = std::ranges::count(numbers, 0.0);
  return numbers.empty() ? 1.0 : 1.0 - static_cast<double>(zeros) / static_cast<double>(numbers.size());
}

/// Runs the samples and puts each one's densities, by layer, into `costs`.
/// Which exit each takes is what it gives back; nothing without exits.
std::vector<std::size_t> run_samples(const Network& network, const std::vector<LoweredLayer>& layers,
                                     const DataSet& data, AccuracyOptions running, InputCosts& costs) {
  const Plan plan(network, {.watched = true});
  const SeenTensors seen = tensors_seen(plan.network(), layers);
  const std::size_t samples = running.samples == 0 ? data.size() : std::min(running.samples, data.size());
  costs.inputs.assign(samples, std::vector<double>(layers.size(), not_seen));
  costs.outputs = costs.inputs;
  std::map<ValueId, std::vector<std::pair<bool, std::size_t>>> places;  // input or output, layer
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    places[seen.inputs[layer]].emplace_back(true, layer);
    places[seen.outputs[layer]].emplace_back(false, layer);
  }
  places.erase(no_value);
  running.watch = [&](std::size_t sample, ValueId value, const Constant& tensor) {
    const auto found = places.find(value);
    if (found == places.end()) {
      return;
    }
    const double density = share_of_nonzeros(tensor);
    for (const auto& [is_input, layer] : found->second) {
      (is_input ? costs.inputs : costs.outputs)[sample][layer] = density;
    }
  };
  Measurement measured = measure_accuracy(plan, data, running);
  costs.accuracy = measured.accuracy;
  return std::move(measured.exits);
}

double mean_of(const std::vector<std::vector<double>>& samples, std::size_t layer) {
  double sum = 0.0;
  for (const std::vector<double>& sample : samples) {
    sum += sample[layer];
  }
  return sum / static_cast<double>(samples.size());
}

void set_density(Operand& tensor, double density) {
  if (density >= 0.0) {
    tensor.density = density;
  }
}

/// For each exit the layers that are computed for a sample that leaves there, the end last.
std::vector<std::vector<bool>> layers_by_exit(const Network& network, const std::vector<LoweredLayer>& layers) {
  std::vector<std::vector<bool>> computed;
  for (std::size_t exit = 0; exit <= early_exits(network).size(); ++exit) {
    const std::vector<LoweredLayer> own = lower(up_to_exit(network, exit));
    computed.emplace_back();
    for (const LoweredLayer& layer : layers) {
      computed.back().push_back(std::ranges::find(own, layer.name, &LoweredLayer::name) != own.end());
    }
  }
  return computed;
}

void add_sample(ExitCost& sum, Picojoules energy, Seconds time) {
  ++sum.samples;
  sum.energy += energy;
  sum.time += time;
}

void make_mean(ExitCost& sum) {
  const auto samples = static_cast<double>(std::max<std::int64_t>(sum.samples, 1));
  sum.energy = sum.energy / samples;
  sum.time = sum.time / samples;
}

/// Prices every sample up to the exit that it takes, and to the end.
void price_samples(const Network& network, const std::vector<std::vector<bool>>& computed,
                   const std::vector<std::size_t>& taken, InputCosts& costs) {
  for (const EarlyExit& exit : early_exits(network)) {
    costs.exits.push_back({.name = exit.name});
  }
  costs.exits.push_back({.name = "the end"});
  costs.to_end.name = "all to the end";
  for (std::size_t sample = 0; sample < costs.inputs.size(); ++sample) {
    const std::size_t exit = taken.empty() ? 0 : taken[sample];
    const auto price = [&](const std::vector<bool>& layers) {
      return cost_with(costs.estimate, costs.inputs[sample], costs.outputs[sample], layers);
    };
    const auto [energy, time] = price(computed[exit]);
    costs.energy.push_back(energy);
    costs.time.push_back(time);
    add_sample(costs.exits[exit], energy, time);
    const auto [all_energy, all_time] = price(computed.back());
    add_sample(costs.to_end, all_energy, all_time);
  }
  std::ranges::for_each(costs.exits, make_mean);
  make_mean(costs.to_end);
  if (costs.exits.size() == 1) {
    costs.exits.clear();
  }
}

}  // namespace

InputCosts input_costs(const Network& network, const Accelerator& accelerator, const DataSet& data,
                       const AccuracyOptions& running, const EvaluateOptions& options) {
  InputCosts costs{.data = data.name};
  std::vector<LoweredLayer> layers = lower(network);
  const std::vector<std::size_t> taken = run_samples(network, layers, data, running, costs);
  const std::vector<std::vector<bool>> computed = layers_by_exit(network, layers);
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    set_density(layers[layer].workload.tensors.front(), mean_of(costs.inputs, layer));
    set_density(layers[layer].workload.tensors.back(), mean_of(costs.outputs, layer));
  }
  costs.estimate = evaluate(network.name, std::move(layers), accelerator, options);
  price_samples(network, computed, taken, costs);
  return costs;
}

std::pair<Picojoules, Seconds> cost_with(const Estimate& estimate, const std::vector<double>& inputs,
                                         const std::vector<double>& outputs, const std::vector<bool>& computed) {
  Picojoules energy;
  Cycles cycles;
  for (std::size_t layer = 0; layer < estimate.layers.size(); ++layer) {
    if (!computed[layer]) {
      continue;
    }
    Workload workload = estimate.layers[layer].workload;
    set_density(workload.tensors.front(), inputs[layer]);
    set_density(workload.tensors.back(), outputs[layer]);
    const Cost own = cost(workload, estimate.accelerator, estimate.layers[layer].result.traffic);
    energy += own.energy();
    cycles += own.cycles();
  }
  return {energy, cycles / estimate.accelerator.clock};
}

}  // namespace pj
