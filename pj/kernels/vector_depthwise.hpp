#pragma once

#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// One row of filter taps for so many outputs beside each other, whose inputs all lie inside the map. Where the filter
/// is three wide and moves by one, each input is loaded once for the three outputs that it meets.
template <class Target, int Outputs, class Vector>
[[gnu::always_inline]] inline void depthwise_taps(const DepthwiseBlock& d, const float* row, const float* weights,
                                                  Vector* sums) {
  using V = Vectors<Target>;
  if (d.S == 3 && d.stride_w == 1 && d.dilation_w == 1) {
    Vector x[Outputs + 2];
#pragma GCC unroll 16
    for (int i = 0; i < Outputs + 2; ++i) {
      x[i] = V::load(row + i * 16);
    }
#pragma GCC unroll 4
    for (int s = 0; s < 3; ++s) {
      const Vector w = V::load(weights + s * 16);
#pragma GCC unroll 16
      for (int i = 0; i < Outputs; ++i) {
        sums[i] += x[i + s] * w;
      }
    }
    return;
  }
  for (std::int64_t s = 0; s < d.S; ++s) {
    const Vector w = V::load(weights + s * 16);
    const float* const first = row + s * d.dilation_w * 16;
#pragma GCC unroll 16
    for (int i = 0; i < Outputs; ++i) {
      sums[i] += V::load(first + i * d.stride_w * 16) * w;
    }
  }
}

template <class Target, int Outputs>
void depthwise_inside(const DepthwiseBlock& d, std::int64_t p, std::int64_t q, int lane) {
  using V = Vectors<Target>;
  typename V::Vector sums[Outputs] = {};
  for (std::int64_t r = 0; r < d.R; ++r) {
    const std::int64_t y = p * d.stride_h + r * d.dilation_h - d.pad_top;
    if (y >= 0 && y < d.H) {
      depthwise_taps<Target, Outputs>(d, d.input + (y * d.W + q * d.stride_w - d.pad_left) * 16 + lane,
                                      d.weights + r * d.S * 16 + lane, sums);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Outputs; ++i) {
    V::store(d.output + (p * d.Q + q + i) * 16 + lane, sums[i]);
  }
}

/// One output near the edge, where inputs outside the map are zeros.
template <class Target>
void depthwise_edge(const DepthwiseBlock& d, std::int64_t p, std::int64_t q, int lane) {
  using V = Vectors<Target>;
  typename V::Vector sum = {};
  for (std::int64_t r = 0; r < d.R; ++r) {
    const std::int64_t y = p * d.stride_h + r * d.dilation_h - d.pad_top;
    for (std::int64_t s = 0; y >= 0 && y < d.H && s < d.S; ++s) {
      const std::int64_t x = q * d.stride_w + s * d.dilation_w - d.pad_left;
      if (x >= 0 && x < d.W) {
        sum += V::load(d.input + (y * d.W + x) * 16 + lane) * V::load(d.weights + (r * d.S + s) * 16 + lane);
      }
    }
  }
  V::store(d.output + (p * d.Q + q) * 16 + lane, sum);
}

template <class Target, int Outputs>
void depthwise_group(const DepthwiseBlock& d, std::int64_t p, std::int64_t q, std::int64_t outputs, int lane) {
  if constexpr (Outputs > 0) {
    if (outputs == Outputs) {
      depthwise_inside<Target, Outputs>(d, p, q, lane);
    } else {
      depthwise_group<Target, Outputs - 1>(d, p, q, outputs, lane);
    }
  }
}

template <class Target>
void depthwise_block(const DepthwiseBlock& d) {
  constexpr std::int64_t together = Target::rows < 8 ? Target::rows : 8;
  const std::int64_t span = (d.S - 1) * d.dilation_w + 1;
  const std::int64_t room = d.W + d.pad_left - span;  // how far a window may begin behind the padding
  const std::int64_t left = (d.pad_left + d.stride_w - 1) / d.stride_w;
  const std::int64_t first = left < d.Q ? left : d.Q;
  const std::int64_t right = room < 0 ? 0 : room / d.stride_w + 1;
  const std::int64_t last = right < first ? first : right < d.Q ? right : d.Q;
  const std::int64_t groups = (last - first + together - 1) / together;
  for (std::int64_t p = 0; p < d.P; ++p) {
    for (int lane = 0; lane < 16; lane += Vectors<Target>::lanes) {
      for (std::int64_t q = 0; q < first; ++q) {
        depthwise_edge<Target>(d, p, q, lane);
      }
      for (std::int64_t group = 0; group < groups; ++group) {
        const std::int64_t begin = first + (last - first) * group / groups;
        const std::int64_t end = first + (last - first) * (group + 1) / groups;
        depthwise_group<Target, together>(d, p, begin, end - begin, lane);
      }
      for (std::int64_t q = last; q < d.Q; ++q) {
        depthwise_edge<Target>(d, p, q, lane);
      }
    }
  }
}

}  // namespace pj
