#pragma once

#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// eˣ: x = n ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 7 in r (Moshier, Cephes, expf), times 2ⁿ in two
/// factors, so that no exponent leaves its range. Below the smallest normal number it is 0.
template <class Target, class Vector>
[[gnu::always_inline]] inline Vector exponential(Vector x) {
  using Bits [[gnu::vector_size(4 * Vectors<Target>::lanes)]] = std::uint32_t;
  using Signed [[gnu::vector_size(4 * Vectors<Target>::lanes)]] = std::int32_t;
  constexpr float least = -87.33654F;
  constexpr float most = 88.722839F;
  constexpr float rounder = 12582912.0F;  // 1.5 · 2²³: the sum's last bits are the nearest whole number
  const Vector infinite = __builtin_inff() - Vector{};
  const Vector lows = least - Vector{};
  const Vector highs = most - Vector{};
  Vector bounded = x < lows ? lows : x;
  bounded = bounded > highs ? highs : bounded;
  const Vector shifted = bounded * 1.44269504F + rounder;
  const Vector n = shifted - rounder;
  const Vector r = (bounded - n * 0.693359375F) - n * -2.12194440e-4F;  // ln 2 in two parts, the first of few bits
  Vector p = 1.9875691500e-4F * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Signed exponent = __builtin_bit_cast(Signed, shifted) - 0x4b400000;
  const Signed half = exponent >> 1;
  const auto power = [](Signed of) { return __builtin_bit_cast(Vector, __builtin_bit_cast(Bits, of + 127) << 23); };
  const Vector scaled = p * power(half) * power(exponent - half);
  const Vector found = x < lows ? Vector{} : scaled;
  return x > highs ? infinite : found;
}

/// 1 / (1 + e⁻ˣ)
template <class Target, class Vector>
[[gnu::always_inline]] inline Vector logistic(Vector x) {
  return 1.0F / (1.0F + exponential<Target, Vector>(-x));
}

/// tanh x: a polynomial near 0 (Moshier, Cephes, tanhf), else 1 − 2 / (e²ˣ + 1) with the sign of x.
template <class Target, class Vector>
[[gnu::always_inline]] inline Vector hyperbolic_tangent(Vector x) {
  const Vector size = x < Vector{} ? -x : x;
  const Vector square = x * x;
  Vector p = -5.70498872745e-3F * square + 2.06390887954e-2F;
  p = p * square - 5.37397155531e-2F;
  p = p * square + 1.33314422036e-1F;
  p = p * square - 3.33332819422e-1F;
  const Vector near = p * square * x + x;
  const Vector far = 1.0F - 2.0F / (exponential<Target, Vector>(2.0F * size) + 1.0F);
  const Vector limit = 0.625F - Vector{};
  const Vector with_sign = x < Vector{} ? -far : far;
  return size < limit ? near : with_sign;
}

template <class Target, class Vector>
[[gnu::always_inline]] inline Vector function_of(VectorFunction function, Vector x) {
  switch (function) {
    case VectorFunction::Exponential:
      return exponential<Target, Vector>(x);
    case VectorFunction::Logistic:
      return logistic<Target, Vector>(x);
    default:
      return hyperbolic_tangent<Target, Vector>(x);
  }
}

/// Whole vectors, and the last numbers as one that is filled up.
template <class Target>
void function_range(const FunctionRange& range) {
  using V = Vectors<Target>;
  const VectorFunction function = range.function;
  std::int64_t i = 0;
  for (; i + V::lanes <= range.count; i += V::lanes) {
    V::store(range.output + i, function_of<Target>(function, V::load(range.input + i) - range.shift));
  }
  if (i == range.count) {
    return;
  }
  float last[V::lanes] = {};
  for (std::int64_t k = i; k < range.count; ++k) {
    last[k - i] = range.input[k];
  }
  V::store(last, function_of<Target>(function, V::load(last) - range.shift));
  for (std::int64_t k = i; k < range.count; ++k) {
    range.output[k] = last[k - i];
  }
}

}  // namespace pj
