#pragma once

#include "pj/kernels/vector_epilogue.hpp"
#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// The input of one column, zero outside the map where that is asked.
template <class Target, bool Checked>
[[gnu::always_inline]] inline typename Vectors<Target>::Vector depthwise_input(const DepthwiseBlock& d,
                                                                               const float* row, std::int64_t column) {
  using V = Vectors<Target>;
  return !Checked || (column >= 0 && column < d.W) ? V::load(row + column * 16) : typename V::Vector{};
}

/// One row of filter taps for so many outputs beside each other, whose windows begin at `column`. Where the filter is
/// three wide and moves by one or two (`Stride`; 0: any other), each input is loaded once for all outputs that it
/// meets.
template <class Target, int Outputs, int Stride, bool Checked, class Vector>
[[gnu::always_inline]] inline void depthwise_taps(const DepthwiseBlock& d, const float* row, std::int64_t column,
                                                  const float* weights, Vector* sums) {
  using V = Vectors<Target>;
  if constexpr (Stride > 0) {
    constexpr int columns = (Outputs - 1) * Stride + 3;
    Vector x[columns];
#pragma GCC unroll 32
    for (int i = 0; i < columns; ++i) {
      x[i] = depthwise_input<Target, Checked>(d, row, column + i);
    }
#pragma GCC unroll 4
    for (std::int64_t s = 0; s < 3; ++s) {
      const Vector w = V::load(weights + s * 16);
#pragma GCC unroll 16
      for (std::int64_t i = 0; i < Outputs; ++i) {
        sums[i] += x[i * Stride + s] * w;
      }
    }
  } else {
    for (std::int64_t s = 0; s < d.S; ++s) {
      const Vector w = V::load(weights + s * 16);
#pragma GCC unroll 16
      for (int i = 0; i < Outputs; ++i) {
        sums[i] += depthwise_input<Target, Checked>(d, row, column + s * d.dilation_w + i * d.stride_w) * w;
      }
    }
  }
}

template <class Target, int Outputs, int Stride, bool Checked>
void depthwise_outputs(const DepthwiseBlock& d, std::int64_t p, std::int64_t q, int lane) {
  using V = Vectors<Target>;
  typename V::Vector sums[Outputs] = {};
  for (std::int64_t r = 0; r < d.R; ++r) {
    const std::int64_t y = p * d.stride_h + r * d.dilation_h - d.pad_top;
    if (y >= 0 && y < d.H) {
      depthwise_taps<Target, Outputs, Stride, Checked>(d, d.input + y * d.W * 16 + lane, q * d.stride_w - d.pad_left,
                                                       d.weights + r * d.S * 16 + lane, sums);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Outputs; ++i) {
    const std::int64_t at = (p * d.Q + q + i) * 16 + lane;
    V::store(d.output + at, finished<Target>(d.epilogue, lane, at, sums[i]));
  }
}

template <class Target, int Stride, int Outputs>
void depthwise_group(const DepthwiseBlock& d, std::int64_t p, std::int64_t q, std::int64_t outputs, int lane) {
  if constexpr (Outputs > 0) {
    if (outputs == Outputs) {
      const std::int64_t first = q * d.stride_w - d.pad_left;
      const std::int64_t last = first + (Outputs - 1) * d.stride_w + (d.S - 1) * d.dilation_w;
      if (first >= 0 && last < d.W) {
        depthwise_outputs<Target, Outputs, Stride, false>(d, p, q, lane);
      } else {
        depthwise_outputs<Target, Outputs, Stride, true>(d, p, q, lane);
      }
    } else {
      depthwise_group<Target, Stride, Outputs - 1>(d, p, q, outputs, lane);
    }
  }
}

/// Rows in groups of outputs as even as they come.
template <class Target, int Stride>
void depthwise_rows(const DepthwiseBlock& d) {
  constexpr std::int64_t together = Target::rows < 8 ? Target::rows : 8;
  const std::int64_t groups = (d.Q + together - 1) / together;
  for (std::int64_t p = 0; p < d.P; ++p) {
    for (int lane = 0; lane < 16; lane += Vectors<Target>::lanes) {
      for (std::int64_t group = 0; group < groups; ++group) {
        const std::int64_t begin = d.Q * group / groups;
        const std::int64_t end = d.Q * (group + 1) / groups;
        depthwise_group<Target, Stride, together>(d, p, begin, end - begin, lane);
      }
    }
  }
}

template <class Target>
void depthwise_block(const DepthwiseBlock& d) {
  const bool is_three_wide = d.S == 3 && d.dilation_w == 1;
  if (is_three_wide && d.stride_w == 1) {
    depthwise_rows<Target, 1>(d);
  } else if (is_three_wide && d.stride_w == 2) {
    depthwise_rows<Target, 2>(d);
  } else {
    depthwise_rows<Target, 0>(d);
  }
}

}  // namespace pj
