#pragma once

#include "pj/compression/weights.hpp"

namespace pj {

/// Uniform fixed point: whole codes of b bits times a scale.
struct FixedPoint {
  enum class Scale {
    Max,         ///< the largest magnitude takes the largest code
    PowerOfTwo,  ///< 2^−f with b − f integer bits that cover the largest magnitude (dynamic fixed point)
    Searched,    ///< 2^−f with the f of the least squared error (Ristretto, Gysel 2016, chooses f by what it covers)
  };

  int bits = 8;  ///< 1 to 32; one bit has the codes −1 and 0
  Scale scale = Scale::Max;
  bool per_channel = false;  ///< a scale for each output channel in the place of one for the tensor
  bool affine = false;       ///< unsigned codes and a zero point that make use of the whole range; scale Max only

  bool operator==(const FixedPoint&) const = default;
};

/// The codes: x / scale, rounded to the nearest (ties to even) and clamped. Without `affine` they are two's complement
/// and zero stays zero. Throws `InputError` for affine codes of pruned weights, whose zeros would be no zero codes.
CodedWeights in_fixed_point(const Weights& weights, const FixedPoint& rule);

/// The least power of two with which b bits cover a magnitude, as the fraction f of the scale 2^−f:
/// f = b − 1 − ⌈log2(magnitude)⌉ (Gysel, Motamedi and Ghiasi 2016). A magnitude of 0 takes b − 1.
int covering_fraction(double magnitude, int bits);

/// A search for a fraction tries so many finer steps than the one that covers all.
constexpr int finer_fractions = 6;

}  // namespace pj
