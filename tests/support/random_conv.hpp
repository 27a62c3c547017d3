#pragma once

#include <algorithm>

#include "pj/base/random.hpp"
#include "pj/base/tensor.hpp"
#include "pj/kernels/conv_shape.hpp"

namespace pj {

/// Small random convolutions for the comparisons of algorithms with their plain twins.

/// Any stride, padding, dilation and groups; every third shape is one that Winograd takes.
inline ConvShape random_conv(Rng& rng) {
  ConvShape s;
  s.groups = rng.chance(0.3) ? rng.between(2, 3) : 1;
  s.N = rng.between(1, 2);
  s.C = s.groups * rng.between(1, rng.chance(0.2) ? 40 : 6);
  s.M = s.groups * rng.between(1, rng.chance(0.2) ? 40 : 6);
  const bool is_plain = rng.chance(0.5);
  s.R = is_plain ? (rng.chance(0.5) ? 3 : 5) : rng.between(1, 7);
  s.S = is_plain ? s.R : rng.between(1, 7);
  if (!is_plain) {
    s.stride_h = rng.between(1, 3);
    s.stride_w = rng.between(1, 3);
    s.dilation_h = rng.chance(0.2) ? 2 : 1;
    s.dilation_w = rng.chance(0.2) ? 2 : 1;
  }
  s.pad_top = rng.between(0, s.R);
  s.pad_bottom = rng.between(0, s.R);
  s.pad_left = rng.between(0, s.S);
  s.pad_right = rng.between(0, s.S);
  s.H = std::max(rng.between(1, 20), s.dilated_R() - s.pad_top - s.pad_bottom);
  s.W = std::max(rng.between(1, 20), s.dilated_S() - s.pad_left - s.pad_right);
  check(s);
  return s;
}

/// Whole numbers of 16 bits, the extremes among them.
template <class Number, std::size_t Rank>
Tensor<Number, Rank> random_whole(Rng& rng, const Shape<Rank>& shape) {
  Tensor<Number, Rank> tensor(shape);
  for (Number& number : tensor.elements()) {
    number = rng.chance(0.02) ? -32768 : rng.chance(0.02) ? 32767 : rng.between(-32768, 32767);
  }
  return tensor;
}

/// Numbers in [-1, 1).
template <std::size_t Rank>
Tensor<float, Rank> random_real(Rng& rng, const Shape<Rank>& shape) {
  Tensor<float, Rank> tensor(shape);
  std::ranges::generate(tensor.elements(), [&] { return static_cast<float>(2.0 * rng.uniform() - 1.0); });
  return tensor;
}

}  // namespace pj
