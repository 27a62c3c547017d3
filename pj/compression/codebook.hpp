#pragma once

#include "pj/base/random.hpp"
#include "pj/compression/weights.hpp"

namespace pj {

/// Weights that share a few values, kept as indices into a table of them.
struct Codebook {
  enum class Start {
    Linear,   ///< between the least and the greatest weight, at equal distances (Han et al. 2016 found it the best)
    Density,  ///< at equal shares of the weights
    Random,   ///< weights picked by chance
  };

  int entries = 16;  ///< at most the different weights that there are; with pruned weights one of them is zero
  Start start = Start::Linear;
  std::uint64_t seed = 1;

  bool operator==(const Codebook&) const = default;
};

/// k-means in one dimension: Lloyd's iteration until no weight changes its cluster, which for numbers is the quantiser
/// of Lloyd (1982) and Max (1960) for their distribution. Zeros of pruned weights have an entry of their own, code 0.
CodedWeights with_codebook(const Weights& weights, const Codebook& rule);

/// The means that Lloyd's iteration reaches from `start`, in ascending order, without those that no number is near.
std::vector<double> lloyd_means(std::vector<double> numbers, std::vector<double> start);

}  // namespace pj
