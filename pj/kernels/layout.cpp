#include "pj/kernels/layout.hpp"

#include <algorithm>

namespace pj {

namespace {

/// Calls `move(blocked, planar)` for the indices of every element.
template <class Move>
void for_elements(const Shape<4>& shape, const Move& move) {
  const auto [N, C, H, W] = shape;
  std::size_t planar = 0;
  for (std::int64_t n = 0; n < N; ++n) {
    for (std::int64_t c = 0; c < C; ++c) {
      const std::int64_t plane = (n * blocks_of(C) + c / block_size) * H * W;
      for (std::int64_t i = 0; i < H * W; ++i) {
        move(static_cast<std::size_t>((plane + i) * block_size + c % block_size), planar++);
      }
    }
  }
}

}  // namespace

std::int64_t layout_size(const Shape<4>& shape, Layout layout) {
  const auto [N, C, H, W] = shape;
  return N * (layout == Layout::Blocked ? blocks_of(C) * block_size : C) * H * W;
}

Buffer<float> from_planar(TensorView<const float, 4> planar, Layout layout) {
  Buffer<float> numbers(static_cast<std::size_t>(layout_size(planar.shape(), layout)));
  if (layout == Layout::Planar) {
    std::ranges::copy(planar.elements(), numbers.begin());
  } else {
    for_elements(planar.shape(), [&](std::size_t blocked, std::size_t i) { numbers[blocked] = planar.elements()[i]; });
  }
  return numbers;
}

Tensor<float, 4> to_planar(std::span<const float> numbers, const Shape<4>& shape, Layout layout) {
  Tensor<float, 4> planar(shape);
  if (layout == Layout::Planar) {
    std::ranges::copy(numbers, planar.elements().begin());
  } else {
    for_elements(shape, [&](std::size_t blocked, std::size_t i) { planar.elements()[i] = numbers[blocked]; });
  }
  return planar;
}

}  // namespace pj
