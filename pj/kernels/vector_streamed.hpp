#pragma once

#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// Some terms at a time, each with sums of its own: one sum alone would wait for the addition before.
template <class Target>
void streamed_product(const StreamedProduct& p) {
  using V = Vectors<Target>;
  constexpr int vectors = streamed_rows / V::lanes;
  constexpr int terms = vectors > 4 ? 1 : vectors > 2 ? 2 : 4;
  constexpr std::int64_t weights_ahead = 1024;  // 4 KiB: what is on its way from memory at a time, and more
  const float* weights = p.weights;
  for (std::int64_t group = 0; group < p.groups; ++group) {
    typename V::Vector sums[terms][vectors] = {};
    for (std::int64_t k = 0; k < p.blocks * 16; k += terms) {
#pragma GCC unroll 4
      for (int t = 0; t < terms; ++t, weights += streamed_rows) {
        __builtin_prefetch(weights + weights_ahead);
        __builtin_prefetch(weights + weights_ahead + 16);
        const float x = p.input[k + t];
#pragma GCC unroll 8
        for (int i = 0; i < vectors; ++i) {
          sums[t][i] += x * V::load(weights + i * V::lanes);
        }
      }
    }
    for (int i = 0; i < vectors; ++i) {
      typename V::Vector sum = sums[0][i];
      for (int t = 1; t < terms; ++t) {
        sum += sums[t][i];
      }
      V::store(p.output + group * streamed_rows + i * V::lanes, sum);
    }
  }
}

}  // namespace pj
