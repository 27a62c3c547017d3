#pragma once

#include <functional>
#include <map>
#include <string>

#include "pj/base/units.hpp"
#include "pj/compression/matrix.hpp"
#include "pj/compression/weights.hpp"
#include "pj/training/examples.hpp"

namespace pj {

/// Weights that are set to zero until the network takes a share of its energy, as a model of a machine has it: which
/// layer loses how many follows from the energy that this saves and the error that it makes (after Yang, Chen and Sze
/// 2017, "Designing energy-efficient convolutional neural networks using energy-aware pruning").
struct EnergyPruning {
  double energy = 0.5;  ///< the share of the energy of the network without zeros, in (0, 1]
  Storage storage{.kind = Storage::Kind::Bitmask};

  bool operator==(const EnergyPruning&) const = default;
};

/// What each layer of a network costs, by the names of its nodes.
using LayerEnergies = std::map<std::string, Picojoules>;

/// What a layer has become.
struct EnergyPrunedLayer {
  std::vector<double> numbers;
  double error = 0.0;                ///< of its outputs: Σ (y − y')² / Σ y²
  Picojoules energy_before, energy;  ///< without zeros, and now
};

/// The layers' weights with zeros:
/// 1. each layer is priced with several shares of its weights left, all layers alike at a time;
/// 2. one layer after the other loses the weights of the least w² · G_ii, always in the layer where the energy that
///    is saved is the most for the error that is made, until the energy is reached;
/// 3. in each layer a tenth of the weights comes back elsewhere, where the output's error falls the most, and what is
///    left is fitted to the outputs by least squares.
/// G are the products of the layers' inputs (`input_products`) over the examples. Throws `InputError` where the energy
/// cannot be reached.
std::vector<EnergyPrunedLayer> energy_pruned(const Network& network, const std::vector<WeightPlace>& places,
                                             const EnergyPruning& rule, const Examples& examples, int threads,
                                             const std::function<LayerEnergies(const Network&)>& price);

/// Σ over the filters of (w − w')ᵀ G (w − w'), over the same of w: filters are rows of `weights`.
double output_error(const Matrix& weights, const Matrix& changed, const Matrix& products);

/// The rows with these numbers left that are nearest in their outputs: least squares for each filter.
Matrix fitted(const Matrix& weights, const std::vector<bool>& left, const Matrix& products);

}  // namespace pj
