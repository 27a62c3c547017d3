#pragma once

#include "pj/compression/weights.hpp"

namespace pj {

/// Weights that are set to zero: the smallest magnitudes.
struct Pruning {
  enum class Rule {
    Magnitude,  ///< the smallest |w| of a layer, or of all selected layers (Han et al. 2015)
    NOfM,       ///< all but the n largest of every m weights of a filter (2:4: Mishra et al. 2021)
    Groups,     ///< every `m` weights of a filter together, the smallest sums of |w| (SIMD groups: Yu et al. 2017)
  };

  Rule rule = Rule::Magnitude;
  double density = 0.5;  ///< the share of weights that is left, in (0, 1]; NOfM: n / m
  bool global = false;   ///< Magnitude: one threshold for all selected layers
  int n = 2, m = 4;
  Storage storage{.kind = Storage::Kind::Bitmask};  ///< how the weights that are left are kept

  bool operator==(const Pruning&) const = default;
};

/// The weights of each layer with zeros. Density counts elements of all weights, those that were zero before included.
/// A filter whose size is no multiple of m has a smaller last group.
std::vector<std::vector<double>> pruned(const std::vector<Weights>& layers, const Pruning& rule);

/// The densities of a pruning in steps, from 1 to `last`: d = last + (1 − last)·(1 − i/steps)³ (Zhu and Gupta 2017).
std::vector<double> pruning_schedule(double last, int steps);

}  // namespace pj
