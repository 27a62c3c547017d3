#pragma once

#include "pj/kernels/cook_toom_floats.hpp"
#include "pj/kernels/vector_epilogue.hpp"
#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

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
void transform_output(const WinogradTiles& t, const Inside& in, const float* tiles, float* map, std::int64_t corner,
                      std::int64_t channel, const VectorEpilogue& epilogue) {
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
        const std::int64_t at = corner + (i * t.row_size + j) * 16;
        V::store(map + at, finished<Target>(epilogue, channel, at, result[i]));
      }
    }
  }
}

template <class Target, int m, int r>
void winograd_output(const WinogradTiles& t, const float* tiles, float* map, const VectorEpilogue& epilogue) {
  constexpr int lanes = Vectors<Target>::lanes;
  for (std::int64_t block = 0; block < t.blocks; ++block) {
    const std::int64_t plane = block * t.rows * t.row_size * 16;
    for (std::int64_t tile = 0; tile < t.count; ++tile) {
      const std::int64_t y = (t.first + tile) / t.columns * m;
      const std::int64_t x = (t.first + tile) % t.columns * m;
      const Inside in = inside(y, x, m, t);
      const std::int64_t corner = (y * t.row_size + x) * 16;
      for (int lane = 0; lane < 16; lane += lanes) {
        transform_output<Target, m, r>(t, in, tiles + block * t.block + tile * 16 + lane, map, plane + corner + lane,
                                       block * 16 + lane, epilogue);
      }
    }
  }
}

}  // namespace pj
