#pragma once

#include <array>

#include "pj/kernels/codes_conv.hpp"

namespace pj {

/// Weights as the loops of word_kernels.hpp read them.
template <class Number>
struct CodeWeights {
  Buffer<std::uint32_t> words;        ///< for each group and panel: taps × words × planes × 32 output channels
  std::array<Number, 16> codebook{};  ///< what indices stand for, in rising order
  Buffer<std::int32_t> offsets;       ///< of the sums of each group and panel
};

/// `numbers` is M × C/groups × R × S.
CodeWeights<std::int8_t> pack_weights(const CodesLayout& layout, std::span<const std::int8_t> numbers);
CodeWeights<float> pack_weights(const CodesLayout& layout, std::span<const float> numbers);

}  // namespace pj
