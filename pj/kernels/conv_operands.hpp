#pragma once

#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/counted.hpp"

namespace pj {

/// The operands of a convolution, planar: N×C×H×W, M×C/groups×R×S, N×M×P×Q.
template <class Number>
struct ConvOperands {
  ConvShape shape;
  TensorView<const Number, 4> input, weights;
  TensorView<Number, 4> output;

  /// The input, zero outside the map.
  Number padded(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < shape.H && x >= 0 && x < shape.W ? input(n, c, y, x) : zero_like(input(0, 0, 0, 0));
  }
};

}  // namespace pj
