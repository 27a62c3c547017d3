#pragma once

#include "pj/kernels/vector_epilogue.hpp"
#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// Rows × Columns vectors of sums in registers. `Step`: the distance of windows where it is known while compiling, so
/// that addresses are constants; 0: any other.
template <class Target, int Step, int Columns, int Rows>
void window_tile(const WindowProduct& p, std::int64_t first) {
  using V = Vectors<Target>;
  typename V::Vector sums[Rows][Columns] = {};
  const std::int64_t step = Step == 0 ? p.step : Step;
  const float* const input = p.input + first * step;
  const float* weights = p.weights;
  for (std::int64_t k = 0; k < p.terms; ++k, weights += Columns * V::lanes) {
    const float* const window = input + p.offsets[k];
    typename V::Vector w[Columns];
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) {
      w[j] = V::load(weights + j * V::lanes);
    }
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const float x = window[i * step];
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) {
        sums[i][j] += x * w[j];
      }
    }
  }
  store_tile<Target, Rows, Columns>(p, p.output + first * 16, sums);
}

template <class Target, int Step, int Columns, int Rows = Target::rows>
void window_rows(const WindowProduct& p, std::int64_t first, std::int64_t rows) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      window_tile<Target, Step, Columns, Rows>(p, first);
    } else {
      window_rows<Target, Step, Columns, Rows - 1>(p, first, rows);
    }
  }
}

/// All rows in groups as even as they come.
template <class Target, int Step>
void window_panel(const WindowProduct& p) {
  constexpr int per_block = Vectors<Target>::per_block;
  const std::int64_t groups = (p.rows + Target::rows - 1) / Target::rows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = p.rows * group / groups;
    const std::int64_t rows = p.rows * (group + 1) / groups - first;
    if (p.output_blocks * per_block == Target::columns) {
      window_rows<Target, Step, Target::columns>(p, first, rows);
    } else {
      window_rows<Target, Step, per_block>(p, first, rows);
    }
  }
}

template <class Target>
void window_product(const WindowProduct& p) {
  switch (p.step) {
    case 2:
      return window_panel<Target, 2>(p);
    case 4:
      return window_panel<Target, 4>(p);
    case 16:
      return window_panel<Target, 16>(p);
    case 32:
      return window_panel<Target, 32>(p);
    default:
      return window_panel<Target, 0>(p);
  }
}

}  // namespace pj
