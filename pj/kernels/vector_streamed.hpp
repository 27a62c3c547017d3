#pragma once

#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

template <class Target>
void streamed_product(const StreamedProduct& p) {
  using V = Vectors<Target>;
  constexpr int rows = streamed_rows;
  constexpr std::int64_t weights_ahead = 1024;  // 4 KiB: what is on its way from memory at a time, and more
  const float* weights = p.weights;
  for (std::int64_t group = 0; group < p.groups; ++group) {
    typename V::Vector sums[rows] = {};
    for (std::int64_t block = 0; block < p.blocks; ++block, weights += std::int64_t{rows} * 16) {
#pragma GCC unroll 16
      for (std::int64_t i = 0; i < rows; ++i) {
        __builtin_prefetch(weights + weights_ahead + i * 16);
      }
      for (int lane = 0; lane < 16; lane += V::lanes) {
        const typename V::Vector x = V::load(p.input + block * 16 + lane);
#pragma GCC unroll 16
        for (std::int64_t i = 0; i < rows; ++i) {
          sums[i] += x * V::load(weights + i * 16 + lane);
        }
      }
    }
    for (int i = 0; i < rows; ++i) {
      float sum = 0.0F;
      for (int lane = 0; lane < V::lanes; ++lane) {
        sum += sums[i][lane];
      }
      p.output[group * rows + i] = sum;
    }
  }
}

}  // namespace pj
