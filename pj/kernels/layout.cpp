#include "pj/kernels/layout.hpp"

namespace pj {

namespace {

/// Calls `move(laid_out, planar)` for the indices of every element.
template <class Move>
void for_elements(const Shape<4>& shape, Layout layout, const Move& move) {
  const auto [N, C, H, W] = shape;
  const std::int64_t block = channels_of_block(layout);
  std::size_t planar = 0;
  for (std::int64_t n = 0; n < N; ++n) {
    for (std::int64_t c = 0; c < C; ++c) {
      const std::int64_t plane = (n * ceil_div(C, block) + c / block) * H * W;
      for (std::int64_t i = 0; i < H * W; ++i) {
        move(static_cast<std::size_t>((plane + i) * block + c % block), planar++);
      }
    }
  }
}

}  // namespace

std::int64_t layout_size(const Shape<4>& shape, Layout layout) {
  const auto [N, C, H, W] = shape;
  const std::int64_t block = channels_of_block(layout);
  return N * ceil_div(C, block) * block * H * W;
}

Buffer<float> from_planar(TensorView<const float, 4> planar, Layout layout) {
  Buffer<float> numbers(static_cast<std::size_t>(layout_size(planar.shape(), layout)));
  for_elements(planar.shape(), layout,
               [&](std::size_t laid_out, std::size_t i) { numbers[laid_out] = planar.elements()[i]; });
  return numbers;
}

Tensor<float, 4> to_planar(std::span<const float> numbers, const Shape<4>& shape, Layout layout) {
  Tensor<float, 4> planar(shape);
  for_elements(shape, layout, [&](std::size_t laid_out, std::size_t i) { planar.elements()[i] = numbers[laid_out]; });
  return planar;
}

}  // namespace pj
