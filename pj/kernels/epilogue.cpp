#include "pj/kernels/epilogue.hpp"

#include <algorithm>

namespace pj {

namespace {

float finished(const Epilogue& epilogue, float x) {
  switch (epilogue.function) {
    case Epilogue::Function::Identity:
      return x;
    case Epilogue::Function::Clamp:
      return std::min(std::max(x, epilogue.low), epilogue.high);
    case Epilogue::Function::Leaky:
      return x < 0.0F ? epilogue.low * x : x;
    case Epilogue::Function::HardSwish:
      return x * std::min(std::max(x / 6.0F + 0.5F, 0.0F), 1.0F);
  }
  return x;
}

}  // namespace

void apply(const Epilogue& epilogue, const Shape<4>& shape, Layout layout, std::span<const float> residual,
           std::span<float> output) {
  if (epilogue.is_empty()) {
    return;
  }
  const auto [N, C, H, W] = shape;
  const std::int64_t block = channels_of_block(layout);
  const std::int64_t filled = ceil_div(C, block) * block;
  for (std::int64_t n = 0; n < N; ++n) {
    for (std::int64_t c = 0; c < filled; ++c) {
      const std::int64_t plane = (n * filled + c / block * block) * H * W;
      const float bias = epilogue.bias.empty() || c >= C ? 0.0F : epilogue.bias[static_cast<std::size_t>(c)];
      for (std::int64_t i = 0; i < H * W; ++i) {
        const auto at = static_cast<std::size_t>(plane + i * block + c % block);
        output[at] = finished(epilogue, output[at] + bias + (epilogue.residual ? residual[at] : 0.0F));
      }
    }
  }
}

void finish_row(const Epilogue& epilogue, std::int64_t first, std::span<const float> sums,
                std::span<const float> residual, std::span<float> output) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t m = static_cast<std::size_t>(first) + i;
    output[m] = finished(epilogue, sums[i] + (epilogue.bias.empty() ? 0.0F : epilogue.bias[m]) +
                                       (epilogue.residual ? residual[m] : 0.0F));
  }
}

}  // namespace pj
