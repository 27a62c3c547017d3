#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "pj/base/error.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/word_kernels.hpp"

namespace pj {

/// Numbers of low precision: bytes (inputs from 0 to 255, weights from -128 to 127) or signs (+1 and -1).
enum class Codes { Bytes, Signs };

/// How maps of codes lie in memory: N × H × W × groups × words of 32 bits that hold neighbouring channels, the first in
/// the lowest bits; a byte each, or a bit that is set for -1. What fills the last word of a group is 0. Sums lie as
/// N × P × Q × groups × output channels, filled up to multiples of 32.
struct CodesLayout {
  Codes codes = Codes::Bytes;
  ConvShape shape;

  std::int64_t per_word() const { return codes == Codes::Bytes ? 4 : 32; }
  std::int64_t group_words() const { return ceil_div(shape.group_C(), per_word()); }
  std::int64_t pixel_words() const { return shape.groups * group_words(); }
  std::int64_t group_sums() const { return ceil_div(shape.group_M(), word_panel) * word_panel; }
  std::int64_t input_words() const { return shape.N * shape.H * shape.W * pixel_words(); }
  std::int64_t sums() const { return shape.N * shape.P() * shape.Q() * shape.groups * group_sums(); }
};

/// A convolution of codes with packed weights. Sums have 32 bits and are exact.
struct PreparedCodes {
  std::int64_t workspace = 0;  ///< words that `run` needs for itself
  std::function<void(std::span<const std::uint32_t> input, std::span<std::int32_t> sums,
                     std::span<std::uint32_t> workspace)>
      run;
};

/// No sum exceeds 32 bits, whatever the codes are.
Verdict codes_can_run(const CodesLayout& layout);

/// `weights` is M × C/groups × R × S; of signs, those below 0 are -1 and all others +1. Inputs outside the map are 0 as
/// bytes and +1 as signs, which have no 0.
PreparedCodes prepare_codes(const WordKernels& kernels, const CodesLayout& layout,
                            std::span<const std::int8_t> weights);

/// One sum by its definition: the plain twin.
std::int64_t code_sum(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                      const Tensor<std::int8_t, 4>& weights, const Shape<4>& at);

/// Planar numbers as codes, and planar sums.
Buffer<std::uint32_t> pack_codes(const CodesLayout& layout, TensorView<const std::int16_t, 4> planar);
Tensor<std::int32_t, 4> unpack_sums(const CodesLayout& layout, std::span<const std::int32_t> sums);

}  // namespace pj
