#pragma once

#include <span>

#include "pj/base/tensor.hpp"

namespace pj {

/// How a feature map lies in memory: N×C×H×W, or N×⌈C/16⌉×H×W×16 with any finite numbers in the channels that
/// fill the last block.
/// Blocks of 8 are what oneDNN prefers on processors without AVX-512.
enum class Layout { Planar, Blocked, Blocked8 };

/// Channels of a block: the floats of the widest vectors.
constexpr std::int64_t block_size = 16;

/// Blocks that hold so many channels.
constexpr std::int64_t blocks_of(std::int64_t channels) {
  return ceil_div(channels, block_size);
}

/// Channels that lie beside each other in memory.
constexpr std::int64_t channels_of_block(Layout layout) {
  return layout == Layout::Planar ? 1 : layout == Layout::Blocked8 ? 8 : block_size;
}

/// The numbers that a map of this shape (N, C, H, W) takes.
std::int64_t layout_size(const Shape<4>& shape, Layout layout);

/// A planar map in another layout, and back.
Buffer<float> from_planar(TensorView<const float, 4> planar, Layout layout);
Tensor<float, 4> to_planar(std::span<const float> numbers, const Shape<4>& shape, Layout layout);

}  // namespace pj
