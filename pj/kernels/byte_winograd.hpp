#pragma once

#include "pj/kernels/byte_conv.hpp"
#include "pj/kernels/cook_toom.hpp"

namespace pj {

/// A convolution of bytes by F(4×4,3×3) in whole numbers: tiles and filters are transformed to 16 bits, multiplied and
/// summed modulo 2³², and transformed back to the very sums of `ByteConv` (docs/kernels.md has the proof). Equal to
/// `prepare_bytes` to the last bit.

/// Points that leave the fewest factors of two in the divisors: of two that are equal modulo 2, at most a pair.
constexpr std::array<Rational, 5> whole_points{Rational{0}, Rational{1}, Rational{-1}, Rational{2}, Rational{-1, 2}};

/// F(4,3) with whole matrices of those points: 30 times the filter's outputs.
CookToom whole_winograd();

/// Sums of inputs from 0 to 255 fit 30 bits with a sign, and the weights 8.
Verdict byte_winograd_can_run(const ByteConv& conv);

/// Whether that is likely to be faster than `prepare_bytes`.
bool byte_winograd_pays(const ByteKernels& kernels, const ConvShape& shape);

PreparedByteLayer prepare_byte_winograd(const ByteKernels& kernels, const ByteConv& conv);

}  // namespace pj
