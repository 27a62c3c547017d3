#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "pj/base/error.hpp"
#include "pj/kernels/codes.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/word_kernels.hpp"

namespace pj {

/// How maps of codes lie in memory: N × H × W × groups × words of 32 bits that hold neighbouring channels, the first in
/// the lowest bits; a byte each, or a bit that is set for -1, or 16 bits, or a float. What fills the last words of a
/// group is 0. Sums lie as N × P × Q × groups × output channels, filled up to multiples of 32.
struct CodesLayout {
  Codes codes = Codes::Bytes;
  ConvShape shape;

  CodesForm form() const { return form_of(codes); }
  /// Whole groups of those that a word of weights meets.
  std::int64_t group_words() const { return ceil_div(shape.group_C(), form().channels * form().steps) * form().steps; }
  std::int64_t pixel_words() const { return shape.groups * group_words(); }
  std::int64_t group_sums() const { return ceil_div(shape.group_M(), word_panel) * word_panel; }
  std::int64_t input_words() const { return shape.N * shape.H * shape.W * pixel_words(); }
  std::int64_t sums() const { return shape.N * shape.P() * shape.Q() * shape.groups * group_sums(); }
  /// Of the weights as they are kept, without what fills up panels and words.
  std::int64_t weight_bytes() const { return ceil_div(element_count(shape.weights()) * form().weight_bits, 8); }
};

/// A convolution of codes with packed weights. Sums of whole numbers have 32 bits and are exact.
template <class Sum>
struct PreparedWords {
  std::int64_t workspace = 0;  ///< words that `run` needs for itself
  std::function<void(std::span<const std::uint32_t> input, std::span<Sum> sums, std::span<std::uint32_t> workspace)>
      run;
};
using PreparedCodes = PreparedWords<std::int32_t>;

/// Whether these loops know such codes.
bool has_product(const WordKernels& kernels, Codes codes);

/// No sum exceeds 32 bits, whatever the codes are.
Verdict codes_can_run(const CodesLayout& layout);

/// `weights` is M × C/groups × R × S; of signs, those below 0 are -1 and all others +1; of a codebook they have as few
/// different values as it has places. Inputs outside the map are 0, and +1 as signs.
PreparedCodes prepare_codes(const WordKernels& kernels, const CodesLayout& layout,
                            std::span<const std::int8_t> weights);
/// The same for real numbers; those of bfloat16 are rounded to it.
PreparedWords<float> prepare_codes(const WordKernels& kernels, const CodesLayout& layout,
                                   std::span<const float> weights);

/// One sum by its definition: the plain twin.
std::int64_t code_sum(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                      const Tensor<std::int8_t, 4>& weights, const Shape<4>& at);

/// The same with shifts for products, for weights that are 0 or powers of two with a sign.
std::int64_t shift_sum(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                       const Tensor<std::int8_t, 4>& weights, const Shape<4>& at);

/// A bound on |computed - exact| / (max|input| · max|weight|) of a sum of real numbers; 0 for whole ones.
double code_error_bound(const CodesLayout& layout);

/// Planar numbers as codes, and planar sums.
Buffer<std::uint32_t> pack_codes(const CodesLayout& layout, TensorView<const std::int16_t, 4> planar);
Buffer<std::uint32_t> pack_codes(const CodesLayout& layout, TensorView<const float, 4> planar);
template <class Sum>
Tensor<Sum, 4> unpack_sums(const CodesLayout& layout, const Buffer<Sum>& sums);

}  // namespace pj
