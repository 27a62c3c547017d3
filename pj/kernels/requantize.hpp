#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/base/error.hpp"

namespace pj {

// How a whole-number sum becomes a number of few bits in hardware that has no floats. This is the one definition: the
// plain twin, the fast kernels, training and generated hardware compute exactly this.

/// A positive factor as hardware multiplies by it: multiplier · 2^-shift (Jacob et al., CVPR 2018, section 2.2).
struct FixedPointFactor {
  std::int32_t multiplier = 1 << 30;  ///< from 2^30 to 2^31 - 1
  int shift = 30;                     ///< from 0 to 62

  double value() const;
  bool operator==(const FixedPointFactor&) const = default;
};

/// The nearest such factor: at most 2^-31 away, relatively. Takes factors from 2^-31 to 2^30.
FixedPointFactor fixed_point(double factor);
Verdict is_fixed_point(double factor);

/// number / 2^shift, rounded once, to the nearest whole number; of two to the even one, as ONNX's QuantizeLinear does.
std::int64_t rounded_shift(std::int64_t number, int shift);

/// sum · factor, rounded so. A sum of 32 bits makes a product of 63.
std::int64_t scaled(std::int64_t sum, const FixedPointFactor& factor);

/// The last step of a layer: what becomes of its sum.
struct Requantization {
  FixedPointFactor factor;
  std::int64_t zero = 0;             ///< the number that stands for 0
  std::int64_t low = 0, high = 255;  ///< where it saturates: the format's range, or that of the activation before it

  bool operator==(const Requantization&) const = default;
};

/// scaled(sum) + zero, saturated.
std::int64_t requantized(std::int64_t sum, const Requantization& to);

/// Factors of the terms of one sum, which share a shift: Σ multiplier · x is shifted and rounded once.
struct FixedPointTerms {
  std::vector<std::int64_t> multipliers;
  int shift = 0;

  bool operator==(const FixedPointTerms&) const = default;
};

/// For centred operands of |x| < 2^bits: the largest multiplier has as many bits as leave the sum within 32 (operands
/// of at most 9 bits) or 62. Negative factors are subtracted. Takes factors for which the shift is from 0 to 62.
FixedPointTerms fixed_point_terms(std::span<const double> factors, int bits);
Verdict are_fixed_point_terms(std::span<const double> factors, int bits);

}  // namespace pj
