#pragma once

#include <cstdint>

#include "pj/compression/weights.hpp"

namespace pj {

/// Weights that share values by a rule of their places, so that no index is stored.
struct TiedWeights {
  enum class Rule {
    Hashed,     ///< element i takes the value number hash(i, seed) mod K (HashedNets, Chen et al. 2015, without signs)
    Circulant,  ///< every block of b × b channels is circulant: w[m][c] depends on (m − c) mod b (CirCNN, Ding et al.
                ///< 2017)
  };

  Rule rule = Rule::Hashed;
  double ratio = 8.0;      ///< Hashed: weights for each value, above 1
  std::int64_t block = 8;  ///< Circulant: b, at least 2; ragged blocks at the ends are cut off
  std::uint64_t seed = 1;  ///< Hashed

  bool operator==(const TiedWeights&) const = default;
};

/// The number of the value that each element takes, and how many values there are.
struct Tying {
  std::vector<std::int64_t> values;
  std::int64_t count = 0;
};

/// Who shares with whom. Circulant weights have output channels on axis 0 and inputs on axis 1; others are refused.
Tying tying_of(const Sizes& shape, const TiedWeights& rule);

/// Each value is the mean of the weights that share it: the nearest such weights in least squares.
CodedWeights with_ties(const Weights& weights, const TiedWeights& rule);

}  // namespace pj
