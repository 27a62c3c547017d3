#pragma once

#include "pj/kernels/conv_operands.hpp"

namespace pj {

/// One output: the sum over its channels and its window.
template <class Number, class Sum = Number>
Sum direct_output(const ConvOperands<Number>& conv, const Shape<4>& at) {
  const ConvShape& s = conv.shape;
  const auto [n, m, p, q] = at;
  const std::int64_t first_channel = m / s.group_M() * s.group_C();
  Sum sum{};
  for (std::int64_t c = 0; c < s.group_C(); ++c) {
    for (std::int64_t r = 0; r < s.R; ++r) {
      for (std::int64_t t = 0; t < s.S; ++t) {
        const Number input = conv.padded(n, first_channel + c, p * s.stride_h + r * s.dilation_h - s.pad_top,
                                         q * s.stride_w + t * s.dilation_w - s.pad_left);
        sum += static_cast<Sum>(input) * static_cast<Sum>(conv.weights(m, c, r, t));
      }
    }
  }
  return sum;
}

/// The seven loops of Sze et al. 2017, equation 1: what every other algorithm must equal.
template <class Number>
void conv_direct(const ConvOperands<Number>& conv) {
  const ConvShape& s = conv.shape;
  for (std::int64_t n = 0; n < s.N; ++n) {
    for (std::int64_t m = 0; m < s.M; ++m) {
      for (std::int64_t p = 0; p < s.P(); ++p) {
        for (std::int64_t q = 0; q < s.Q(); ++q) {
          conv.output(n, m, p, q) = direct_output(conv, {n, m, p, q});
        }
      }
    }
  }
}

/// One multiplication and one addition for each MAC.
inline OperationCount direct_operations(const ConvShape& shape) {
  return {.multiplications = shape.macs(), .additions = shape.macs()};
}

}  // namespace pj
