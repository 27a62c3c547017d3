#pragma once

#include "pj/base/random.hpp"
#include "pj/kernels/codes_conv.hpp"

namespace pj {

/// A number in [-1, 1).
float random_in_unit(Rng& rng);

/// Inputs and weights of low precision: whole numbers, or floats where the sums are.
template <class Input, class Weight>
struct CodeOperands {
  CodesLayout layout;
  Tensor<Input, 4> input;
  Tensor<Weight, 4> weights;
};
using WholeOperands = CodeOperands<std::int16_t, std::int8_t>;
using RealOperands = CodeOperands<float, float>;

/// The values that weights take: all bytes where there are none.
using WeightValues = std::span<const std::int8_t>;

/// A number in [-1, 1).
float in_unit(Rng& rng);

/// Random inputs of the codes, and weights among these values (for signs: -1 and 1; for a codebook of no values: some
/// random bytes).
WholeOperands random_whole_codes(Rng& rng, const CodesLayout& layout, WeightValues values);
/// Inputs and weights in [-1, 1), rounded to bfloat16 or weights from 16 random values.
RealOperands random_real_codes(Rng& rng, const CodesLayout& layout);

}  // namespace pj
