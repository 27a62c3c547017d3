#pragma once

#include "pj/compression/weights.hpp"

namespace pj {

/// Weights that are zero or plus or minus a power of two, so that products are shifts.
struct PowersOfTwo {
  enum class Rule {
    Log2,  ///< the exponent is rounded: log2 |w| to the nearest (Miyashita, Lee and Murmann 2016)
    Inq,   ///< the number is rounded: to the nearest power (Zhou et al. 2017, incremental network quantisation)
  };

  Rule rule = Rule::Log2;
  int bits = 4;          ///< 2 to 8: a sign and 2^(b−1) − 1 exponents and zero; Inq: 2^(b−2) exponents
  double portion = 1.0;  ///< Inq: the share of weights, the largest first, that is quantised; the others stay real

  bool operator==(const PowersOfTwo&) const = default;
};

/// The largest power is the nearest to the largest magnitude. The code 0 is zero, k and −k are plus and minus the k-th
/// largest power. A portion below 1 gives float32.
CodedWeights as_powers_of_two(const Weights& weights, const PowersOfTwo& rule);

/// The shares of weights that incremental quantisation fixes step by step (Zhou et al. 2017, section 4.1).
std::vector<double> inq_schedule();

}  // namespace pj
