#include "pj/study/network_cost.hpp"

#include <algorithm>
#include <array>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

const std::vector<std::string> goal_names{"energy", "delay", "edp", "bits"};  // in the order of `CompressionGoal`

}  // namespace

NetworkCost cost_of(const Estimate& estimate) {
  NetworkCost costs;
  const auto inputs = static_cast<double>(estimate.batch);
  for (const LayerEstimate& layer : estimate.layers) {
    const Cost& cost = layer.result.cost;
    LayerCost own{.layer = layer.name,
                  .energy = cost.energy() / inputs,
                  .time = cost.cycles() / estimate.accelerator.clock / inputs};
    for (std::size_t stage = 0; stage < estimate.accelerator.stages.size(); ++stage) {
      own.parts.push_back(stage_energy(cost, stage) / inputs);
    }
    own.parts.push_back(cost.compute / inputs);
    costs.push_back(std::move(own));
  }
  return costs;
}

LayerEnergies layer_energies(const NetworkCost& cost) {
  LayerEnergies energies;
  for (const LayerCost& layer : cost) {
    energies[layer.layer] += layer.energy;
  }
  return energies;
}

Picojoules energy_of(const NetworkCost& cost) {
  Picojoules sum;
  for (const LayerCost& layer : cost) {
    sum += layer.energy;
  }
  return sum;
}

Seconds time_of(const NetworkCost& cost) {
  Seconds sum;
  for (const LayerCost& layer : cost) {
    sum += layer.time;
  }
  return sum;
}

CompressionGoal parse_compression_goal(const std::string& text) {
  const auto found = std::ranges::find(goal_names, text);
  if (found == goal_names.end()) {
    throw InputError("unknown objective '" + text + "'" + did_you_mean(text, goal_names));
  }
  return static_cast<CompressionGoal>(found - goal_names.begin());
}

std::string to_string(CompressionGoal goal) {
  return goal_names[static_cast<std::size_t>(goal)];
}

double goal_value(CompressionGoal goal, Picojoules energy, Seconds time, double bits) {
  switch (goal) {
    case CompressionGoal::Energy:
      return energy.value;
    case CompressionGoal::Delay:
      return time.value;
    case CompressionGoal::EnergyDelay:
      return energy.value * time.value;
    case CompressionGoal::Bits:
      return bits;
  }
  return 0.0;
}

}  // namespace pj
