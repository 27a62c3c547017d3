#pragma once

#include "pj/kernels/cook_toom_floats.hpp"
#include "pj/kernels/vector_kernels.hpp"

// The loops of vector_kernels.hpp for any width of vectors. Included by one file for each instruction set, with a
// `Target` of its own, so that no two of them share a function:
//   lanes    floats of a vector
//   rows     rows of a product that are kept in registers, with
//   columns  vectors each

namespace pj {

/// Vectors of the compiler: arithmetic by element, by the instructions that the file is compiled for.
template <class Target>
struct Vectors {
  static constexpr int lanes = Target::lanes;
  static constexpr int per_block = 16 / lanes;
  using Vector [[gnu::vector_size(4 * lanes)]] = float;
  using Unaligned [[gnu::vector_size(4 * lanes), gnu::aligned(4), gnu::may_alias]] = float;

  static Vector load(const float* numbers) { return *reinterpret_cast<const Unaligned*>(numbers); }
  static void store(float* numbers, Vector vector) { *reinterpret_cast<Unaligned*>(numbers) = vector; }
};

/// Rows × Columns vectors of a product, all in registers.
template <class Target, int Rows, int Columns>
void product_tile(const BlockedProduct& p, const float* input, const float* weights, float* output) {
  using V = Vectors<Target>;
  typename V::Vector sums[Rows][Columns] = {};
  for (std::int64_t block = 0; block < p.input_blocks; ++block, input += p.input_block) {
    for (int c = 0; c < 16; ++c, weights += Columns * V::lanes) {
      typename V::Vector w[Columns];
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) {
        w[j] = V::load(weights + j * V::lanes);
      }
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        const float x = input[i * 16 + c];
#pragma GCC unroll 8
        for (int j = 0; j < Columns; ++j) {
          sums[i][j] += x * w[j];
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) {
      V::store(output + j / V::per_block * p.output_block + i * 16 + j % V::per_block * V::lanes, sums[i][j]);
    }
  }
}

template <class Target, int Columns, int Rows = Target::rows>
void product_rows(const BlockedProduct& p, std::int64_t first, std::int64_t rows, const float* weights, float* output) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      product_tile<Target, Rows, Columns>(p, p.input + first * 16, weights, output + first * 16);
    } else {
      product_rows<Target, Columns, Rows - 1>(p, first, rows, weights, output);
    }
  }
}

/// All rows with one panel of weights, in groups as even as they come.
template <class Target, int Columns>
void product_panel(const BlockedProduct& p, const float* weights, float* output) {
  const std::int64_t groups = (p.rows + Target::rows - 1) / Target::rows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = p.rows * group / groups;
    const std::int64_t last = p.rows * (group + 1) / groups;
    product_rows<Target, Columns>(p, first, last - first, weights, output);
  }
}

template <class Target>
void blocked_product(const BlockedProduct& p) {
  constexpr int per_block = Vectors<Target>::per_block;
  constexpr int wide = Target::columns / per_block;  // blocks of a panel
  const float* weights = p.weights;
  std::int64_t block = 0;
  for (; block + wide <= p.output_blocks; block += wide, weights += p.input_blocks * 16 * wide * 16) {
    product_panel<Target, Target::columns>(p, weights, p.output + block * p.output_block);
  }
  if constexpr (wide > 1) {
    static_assert(wide == 2, "what is left of the blocks is one");
    if (block < p.output_blocks) {
      product_panel<Target, per_block>(p, weights, p.output + block * p.output_block);
    }
  }
}

/// Σ of the entries j of a row that are even (0) or odd (1), or all (-1), with constants known while compiling: zeros
/// are left out and ones not multiplied.
template <int count, int parity, class Row, class Vector>
[[gnu::always_inline]] inline Vector combined(const Row& row, const Vector* x) {
  Vector sum = {};
  bool first = true;
#pragma GCC unroll 16
  for (int j = 0; j < count; ++j) {
    if (row[j] != 0.0F && (parity < 0 || j % 2 == parity)) {
      sum = first ? row[j] * x[j] : sum + row[j] * x[j];
      first = false;
    }
  }
  return sum;
}

/// y = B x. The points come in pairs ±p, whose rows differ in the signs of their odd entries only.
template <int m, int r, class Vector>
[[gnu::always_inline]] inline void input_line(const Vector* x, Vector* y) {
  constexpr int n = m + r - 1;
  static_assert(n % 2 == 0, "0 and infinity stand alone, all other points are pairs");
  constexpr CookToomFloats<m, r> f{};
  y[0] = combined<n, 0>(f.B[0], x);
  y[n - 1] = combined<n, 1>(f.B[n - 1], x);
#pragma GCC unroll 8
  for (int i = 1; i + 1 < n; i += 2) {
    const Vector even = combined<n, 0>(f.B[i], x);
    const Vector odd = combined<n, 1>(f.B[i], x);
    y[i] = even + odd;
    y[i + 1] = even - odd;
  }
}

/// y = A x, where even powers of ±p are the same and odd ones opposite.
template <int m, int r, class Vector>
[[gnu::always_inline]] inline void output_line(const Vector* x, Vector* y) {
  constexpr int n = m + r - 1;
  constexpr int pairs = n / 2 - 1;
  constexpr CookToomFloats<m, r> f{};
  Vector sums[pairs];
  Vector differences[pairs];
#pragma GCC unroll 8
  for (int i = 0; i < pairs; ++i) {
    sums[i] = x[2 * i + 1] + x[2 * i + 2];
    differences[i] = x[2 * i + 1] - x[2 * i + 2];
  }
#pragma GCC unroll 8
  for (int k = 0; k < m; ++k) {
    y[k] = combined<pairs, -1>(f.powers[k], k % 2 == 0 ? sums : differences);
  }
  y[0] = y[0] + x[0];
  y[m - 1] = y[m - 1] + x[n - 1];
}

/// The rows and columns of a tile that lie inside the map.
struct Inside {
  std::int64_t first_row, last_row, first_column, last_column;
};

[[gnu::always_inline]] static inline Inside inside(std::int64_t y, std::int64_t x, std::int64_t n,
                                                   const WinogradTiles& t) {
  return {y < 0 ? -y : 0, y + n > t.rows ? t.rows - y : n, x < 0 ? -x : 0, x + n > t.row_size ? t.row_size - x : n};
}

/// One tile of one block of channels. `corner` is where its first element is or, outside the map, would be.
template <class Target, int m, int r>
void transform_input(const WinogradTiles& t, const Inside& in, const float* corner, float* tiles) {
  using V = Vectors<Target>;
  constexpr int n = m + r - 1;
  typename V::Vector half[n][n];
  for (int i = 0; i < n; ++i) {
    typename V::Vector line[n];
#pragma GCC unroll 16
    for (int j = 0; j < n; ++j) {
      const bool is_inside = i >= in.first_row && i < in.last_row && j >= in.first_column && j < in.last_column;
      line[j] = is_inside ? V::load(corner + (i * t.row_size + j) * 16) : typename V::Vector{};
    }
    input_line<m, r>(line, half[i]);
  }
#pragma GCC unroll 16
  for (int j = 0; j < n; ++j) {
    typename V::Vector column[n];
    typename V::Vector result[n];
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) {
      column[i] = half[i][j];
    }
    input_line<m, r>(column, result);
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) {
      V::store(tiles + (i * n + j) * t.position, result[i]);
    }
  }
}

template <class Target, int m, int r>
void winograd_input(const WinogradTiles& t, const float* map, float* tiles) {
  constexpr int n = m + r - 1;
  constexpr int lanes = Vectors<Target>::lanes;
  for (std::int64_t block = 0; block < t.blocks; ++block) {
    const float* const plane = map + block * t.rows * t.row_size * 16;
    for (std::int64_t tile = 0; tile < t.count; ++tile) {
      const std::int64_t y = (t.first + tile) / t.columns * m - t.pad_top;
      const std::int64_t x = (t.first + tile) % t.columns * m - t.pad_left;
      const Inside in = inside(y, x, n, t);
      const std::int64_t corner = (y * t.row_size + x) * 16;
      for (int lane = 0; lane < 16; lane += lanes) {
        transform_input<Target, m, r>(t, in, plane + corner + lane, tiles + block * t.block + tile * 16 + lane);
      }
    }
  }
}

template <class Target, int m, int r>
void transform_output(const WinogradTiles& t, const Inside& in, const float* tiles, float* corner) {
  using V = Vectors<Target>;
  constexpr int n = m + r - 1;
  typename V::Vector half[n][m];
  for (int i = 0; i < n; ++i) {
    typename V::Vector line[n];
#pragma GCC unroll 16
    for (int j = 0; j < n; ++j) {
      line[j] = V::load(tiles + (i * n + j) * t.position);
    }
    output_line<m, r>(line, half[i]);
  }
#pragma GCC unroll 16
  for (int j = 0; j < m; ++j) {
    typename V::Vector column[n];
    typename V::Vector result[m];
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) {
      column[i] = half[i][j];
    }
    output_line<m, r>(column, result);
#pragma GCC unroll 16
    for (int i = 0; i < m; ++i) {
      if (i < in.last_row && j < in.last_column) {
        V::store(corner + (i * t.row_size + j) * 16, result[i]);
      }
    }
  }
}

template <class Target, int m, int r>
void winograd_output(const WinogradTiles& t, const float* tiles, float* map) {
  constexpr int lanes = Vectors<Target>::lanes;
  for (std::int64_t block = 0; block < t.blocks; ++block) {
    float* const plane = map + block * t.rows * t.row_size * 16;
    for (std::int64_t tile = 0; tile < t.count; ++tile) {
      const std::int64_t y = (t.first + tile) / t.columns * m;
      const std::int64_t x = (t.first + tile) % t.columns * m;
      const Inside in = inside(y, x, m, t);
      const std::int64_t corner = (y * t.row_size + x) * 16;
      for (int lane = 0; lane < 16; lane += lanes) {
        transform_output<Target, m, r>(t, in, tiles + block * t.block + tile * 16 + lane, plane + corner + lane);
      }
    }
  }
}

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

/// As many multiply-adds at a time as a product keeps in registers.
template <class Target>
std::int64_t multiply_adds(std::int64_t rounds, float* sum) {
  using V = Vectors<Target>;
  constexpr int count = Target::rows * Target::columns;
  const typename V::Vector factor = V::load(sum) * 0.5F;
  typename V::Vector sums[count];
  for (int i = 0; i < count; ++i) {
    sums[i] = factor * static_cast<float>(i);  // equal ones would be computed once
  }
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 32
    for (int i = 0; i < count; ++i) {
      sums[i] = sums[i] * factor + factor;
    }
  }
  for (int i = 1; i < count; ++i) {
    sums[0] += sums[i];
  }
  V::store(sum, sums[0]);
  return std::int64_t{2} * count * V::lanes;
}

/// The table of this instruction set.
template <class Target>
const VectorKernels* kernels_for(const char* name) {
  static constexpr WinogradKernels winograd[] = {
      {2, 3, winograd_input<Target, 2, 3>, winograd_output<Target, 2, 3>},
      {4, 3, winograd_input<Target, 4, 3>, winograd_output<Target, 4, 3>},
      {6, 3, winograd_input<Target, 6, 3>, winograd_output<Target, 6, 3>},
      {2, 5, winograd_input<Target, 2, 5>, winograd_output<Target, 2, 5>},
      {4, 5, winograd_input<Target, 4, 5>, winograd_output<Target, 4, 5>},
  };
  static const VectorKernels kernels{name,
                                     Target::columns * Target::lanes,
                                     Target::rows,
                                     blocked_product<Target>,
                                     winograd,
                                     sizeof(winograd) / sizeof(winograd[0]),
                                     depthwise_block<Target>,
                                     multiply_adds<Target>};
  return &kernels;
}

}  // namespace pj
