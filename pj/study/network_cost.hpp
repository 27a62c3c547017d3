#pragma once

#include <string>
#include <vector>

#include "pj/compression/energy_pruning.hpp"
#include "pj/study/evaluate.hpp"

namespace pj {

/// What a layer of a network costs an input.
struct LayerCost {
  std::string layer;
  Picojoules energy;
  Seconds time;
  std::vector<Picojoules> parts;  ///< energy of each stage of the machine, and of its compute units

  bool operator==(const LayerCost&) const = default;
};

/// What a network costs an input, layer by layer.
using NetworkCost = std::vector<LayerCost>;

NetworkCost cost_of(const Estimate& estimate);

Picojoules energy_of(const NetworkCost& cost);
/// By the layers' names, for rules that ask for it.
LayerEnergies layer_energies(const NetworkCost& cost);
Seconds time_of(const NetworkCost& cost);

/// What a version of a network should have least of.
enum class CompressionGoal { Energy, Delay, EnergyDelay, Bits };

/// `energy`, `delay`, `edp` or `bits`.
CompressionGoal parse_compression_goal(const std::string& text);
std::string to_string(CompressionGoal goal);

/// The number that a goal makes small: pJ, s, pJ · s or bits.
double goal_value(CompressionGoal goal, Picojoules energy, Seconds time, double bits);

}  // namespace pj
