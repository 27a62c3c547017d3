#pragma once

#include <limits>
#include <span>
#include <vector>

#include "pj/kernels/layout.hpp"

namespace pj {

/// What becomes of every sum of a convolution before it is stored: f(sum + bias of its channel + residual).
struct Epilogue {
  enum class Function {
    Identity,
    Clamp,      ///< min(max(x, low), high): ReLU, ReLU6, Clip
    Leaky,      ///< x < 0 ? low · x : x
    HardSwish,  ///< x · min(max(x / 6 + 1/2, 0), 1)
  };

  std::vector<float> bias;  ///< of each output channel; empty: none
  bool residual = false;    ///< a map that lies as the output does is added
  Function function = Function::Identity;
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();

  bool operator==(const Epilogue&) const = default;
  bool is_empty() const { return *this == Epilogue{}; }
};

/// The plain twin of what the kernels do as they store: a pass over a map of this shape (N, C, H, W) in its layout.
/// `residual` may be the output itself.
void apply(const Epilogue& epilogue, const Shape<4>& shape, Layout layout, std::span<const float> residual,
           std::span<float> output);

/// The same for sums of channels from `first` on, each a map of one element, into their places of the output.
void finish_row(const Epilogue& epilogue, std::int64_t first, std::span<const float> sums,
                std::span<const float> residual, std::span<float> output);

}  // namespace pj
