#pragma once

#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

template <class Target>
[[gnu::always_inline]] inline typename Vectors<Target>::Vector clamped(typename Vectors<Target>::Vector x, float low,
                                                                       float high) {
  using Vector = typename Vectors<Target>::Vector;
  const Vector lows = low - Vector{};  // of all lanes
  const Vector highs = high - Vector{};
  x = x < lows ? lows : x;
  return x > highs ? highs : x;
}

/// What becomes of a sum for the channels from `channel` on that is stored `at` numbers behind the output.
template <class Target>
[[gnu::always_inline]] inline typename Vectors<Target>::Vector finished(const VectorEpilogue& e, std::int64_t channel,
                                                                        std::int64_t at,
                                                                        typename Vectors<Target>::Vector x) {
  using V = Vectors<Target>;
  if (e.bias != nullptr) {
    x += V::load(e.bias + channel);
  }
  if (e.residual != nullptr) {
    x += V::load(e.residual + at);
  }
  switch (e.function) {
    case 1:
      return clamped<Target>(x, e.low, e.high);
    case 2:
      return x < typename V::Vector{} ? e.low * x : x;
    case 3:
      return x * clamped<Target>(x / 6.0F + 0.5F, 0.0F, 1.0F);
    default:
      return x;
  }
}

/// Stores the sums of some rows and columns of a product; `output` is where the first one lies.
template <class Target, int Rows, int Columns, class Product, class Sums>
[[gnu::always_inline]] inline void store_tile(const Product& p, float* output, const Sums& sums) {
  using V = Vectors<Target>;
  const std::int64_t first = output - p.output;
  const std::int64_t channel = first / p.output_block * 16;
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) {
      const std::int64_t at = first + j / V::per_block * p.output_block + i * 16 + j % V::per_block * V::lanes;
      V::store(p.output + at, finished<Target>(p.epilogue, channel + j * V::lanes, at, sums[i][j]));
    }
  }
}

}  // namespace pj
