#pragma once

#include <cstring>

#include "pj/kernels/byte_kernels.hpp"
#include "pj/kernels/byte_rounding.hpp"
#include "pj/kernels/winograd_columns.hpp"

namespace pj {

// The loops of F(4×4,3×3) of bytes in vectors of the compiler, with whole matrices of the points 0, 1, -1, 2, -1/2 and
// infinity (byte_winograd.hpp): B and A here, the filters' G there.

template <class Target>
struct ByteWords {
  static constexpr int lanes = 2 * Target::lanes;
  using Words [[gnu::vector_size(2 * lanes)]] = std::int16_t;
  using Sums [[gnu::vector_size(2 * lanes)]] = std::uint32_t;  // whose arithmetic wraps around

  static Words load(const std::uint8_t* bytes) { return __builtin_bit_cast(Words, Target::load_words(bytes)); }
  static void store(std::int16_t* words, const Words& v) { std::memcpy(words, &v, sizeof(v)); }
  static Sums load_sums(const std::int32_t* sums) {
    Sums v;
    std::memcpy(&v, sums, sizeof(v));
    return v;
  }
  static typename Target::Vector load_pairs(const std::int16_t* words) {
    return Target::load_bytes(reinterpret_cast<const std::int8_t*>(words));
  }
  static typename Target::Vector all_pairs(const std::int16_t* words) {
    return Target::all_word(reinterpret_cast<const std::uint8_t*>(words));
  }
};

/// (x - 2) (2 x + 1) = 2 x² - 3 x - 2 of three neighbouring coefficients.
template <class Vector>
[[gnu::always_inline]] inline Vector winograd_quadratic(const Vector& a, const Vector& b, const Vector& c) {
  const Vector d = c - a - b;
  return d + d - b;
}

/// y = B x. Each row has the coefficients of the product of all points' factors but its own; pairs share theirs.
template <class Vector>
[[gnu::always_inline]] inline void whole_input_line(const Vector* x, Vector* y) {
  const Vector a = x[3] - x[1], b = x[4] - x[2];  // (x² - 1) x and (x² - 1) x²
  const Vector even = winograd_quadratic(x[2], x[3], x[4]), odd = winograd_quadratic(x[1], x[2], x[3]);
  y[0] = winograd_quadratic(x[2] - x[0], a, b);
  y[1] = even + odd;
  y[2] = even - odd;
  y[3] = b + b + a;
  y[4] = b - (a + a);
  y[5] = winograd_quadratic(a, b, x[5] - x[3]);
}

/// y = A x, whose columns have the powers 0 to 3 of the points; those of -1/2 times 8.
template <class Vector>
[[gnu::always_inline]] inline void whole_output_line(const Vector* x, Vector* y) {
  const Vector sum = x[1] + x[2], difference = x[1] - x[2];
  const Vector a = x[3] - x[4] - x[4], b = x[3] + x[3] + x[4];
  y[0] = x[0] + sum + x[3] + 8 * x[4];
  y[1] = difference + a + a;
  y[2] = sum + b + b;
  y[3] = difference + 8 * x[3] - x[4] + x[5];
}

template <class Target>
void byte_winograd_input(const ByteWinogradInput& t) {
  using V = ByteWords<Target>;
  using Words = typename V::Words;
  constexpr int n = 6;
  for (std::int64_t c = 0; c < t.channels; c += V::lanes) {
    Words half[n][n];
    transform_columns(
        half, [&](int i, int j) { return V::load(t.corner + i * t.row + j * t.pixel + c); },
        [](const Words* x, Words* y) { whole_input_line(x, y); });
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
      Words line[n];
      whole_input_line(half[i], line);
#pragma GCC unroll 8
      for (int j = 0; j < n; ++j) {
        V::store(t.words + (i * n + j) * t.position + c, line[j]);
      }
    }
  }
}

/// Weights that will be read soon, fetched a little with each pair.
struct PairsAhead {
  const std::int16_t* words;
  std::int64_t lines;  ///< of a cache, for each pair
};

/// Some rows of one panel, all in registers.
template <class Target, int Rows, int Columns>
void pair_tile(const PairProduct& p, const std::int16_t* input, const std::int16_t* weights, std::int32_t* sums,
               PairsAhead ahead) {
  using V = ByteWords<Target>;
  using Vector = typename Target::Vector;
  constexpr int vectors = Columns * static_cast<int>(byte_column) / Target::lanes;
  Vector totals[Rows][vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      totals[i][j] = Target::all(0);
    }
  }
  for (std::int64_t k = 0; k < p.pairs; ++k, weights += vectors * V::lanes, ahead.words += ahead.lines * 32) {
    for (std::int64_t line = 0; line < ahead.lines; ++line) {
      __builtin_prefetch(ahead.words + line * 32, 0, 2);
    }
    Vector w[vectors];
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      w[j] = V::load_pairs(weights + j * V::lanes);
    }
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const Vector x = V::all_pairs(input + i * p.input_pitch + 2 * k);
#pragma GCC unroll 16
      for (int j = 0; j < vectors; ++j) {
        totals[i][j] = Target::dot_pairs(totals[i][j], x, w[j]);
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      Target::store(sums + i * p.pitch + j * Target::lanes, totals[i][j]);
    }
  }
}

template <class Target, int Columns, int Rows = Target::rows(Columns)>
void pair_rows(const PairProduct& p, std::int64_t first, std::int64_t rows, const std::int16_t* weights,
               std::int32_t* sums, PairsAhead ahead) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      pair_tile<Target, Rows, Columns>(p, p.inputs + first * p.input_pitch, weights, sums + first * p.pitch, ahead);
    } else {
      pair_rows<Target, Columns, Rows - 1>(p, first, rows, weights, sums, ahead);
    }
  }
}

/// All rows with one panel, in groups as even as they come; each fetches its share of the next panel.
template <class Target, int Columns>
void pair_panel(const PairProduct& p, std::int64_t columns, const std::int16_t* weights, std::int32_t* sums,
                const std::int16_t* ahead) {
  if constexpr (Columns > 0) {
    if (columns != Columns) {
      pair_panel<Target, Columns - 1>(p, columns, weights, sums, ahead);
      return;
    }
    constexpr std::int64_t most = Target::rows(Columns);
    const std::int64_t groups = (p.rows + most - 1) / most;
    const std::int64_t lines = ahead == nullptr ? 0 : (columns + groups - 1) / groups;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t first = p.rows * group / groups;
      const PairsAhead share{lines == 0 ? weights : ahead + group * lines * 32 * p.pairs, lines};
      pair_rows<Target, Columns>(p, first, p.rows * (group + 1) / groups - first, weights, sums, share);
    }
  }
}

template <class Target>
void pair_product(const PairProduct& p) {
  const std::int64_t column_size = p.pairs * 2 * byte_column;
  for (std::int64_t column = 0; column < p.columns; column += Target::columns) {
    const std::int64_t left = p.columns - column;
    const std::int64_t width = left < Target::columns ? left : Target::columns;
    const std::int16_t* const weights = p.weights + column * column_size;
    const std::int16_t* const next = left > Target::columns ? weights + width * column_size : p.ahead;
    pair_panel<Target, Target::columns>(p, width, weights, p.sums + column * byte_column, next);
  }
}

/// Outputs of F(4×4,3×3) times its scale, of one vector of channels, become the true sums: the odd part of the scale
/// has an inverse modulo 2³², the even one is shifted away.
template <class Target>
void winograd_sums(const ByteWinogradOutput& t, std::int64_t channel, std::int32_t* outputs, std::int64_t pitch) {
  using V = ByteWords<Target>;
  using Sums = typename V::Sums;
  using Signed [[gnu::vector_size(sizeof(Sums))]] = std::int32_t;
  constexpr int n = 6, m = 4;
  Sums half[m][n];
  transform_columns(
      half, [&](int i, int j) { return V::load_sums(t.sums + (i * n + j) * t.position + channel); },
      [](const Sums* x, Sums* y) { whole_output_line(x, y); });
  const Sums bias = V::load_sums(t.result.bias + channel);
#pragma GCC unroll 8
  for (int i = 0; i < m; ++i) {
    Sums line[m];
    whole_output_line(half[i], line);
#pragma GCC unroll 8
    for (int j = 0; j < m; ++j) {
      const Signed scaled = __builtin_bit_cast(Signed, line[j] * byte_winograd_inverse) >> byte_winograd_shift;
      const Sums sum = __builtin_bit_cast(Sums, scaled) + bias;
      std::memcpy(outputs + (i * m + j) * pitch, &sum, sizeof(sum));
    }
  }
}

/// So many columns of a tile: sums first, then bytes, a pixel at a time.
template <class Target, int Columns>
void winograd_columns(const ByteWinogradOutput& t, std::int64_t columns, std::int64_t column) {
  if constexpr (Columns > 0) {
    if (columns != Columns) {
      winograd_columns<Target, Columns - 1>(t, columns, column);
      return;
    }
    constexpr int vectors = Columns * static_cast<int>(byte_column) / Target::lanes;
    constexpr std::int64_t width = Columns * byte_column;
    alignas(64) std::int32_t sums[16 * width];
    const std::int64_t channel = column * byte_column;
    for (int j = 0; j < vectors; ++j) {
      winograd_sums<Target>(t, channel + j * Target::lanes, sums + j * Target::lanes, width);
    }
    for (std::int64_t i = 0; i < t.rows; ++i) {
      for (std::int64_t x = 0; x < t.row_count; ++x) {
        typename Target::Vector pixel[vectors], numbers[vectors];
#pragma GCC unroll 16
        for (int j = 0; j < vectors; ++j) {
          pixel[j] = Target::load(sums + (i * 4 + x) * width + j * Target::lanes);
        }
        byte_scaled<Target, vectors>(pixel, t.result, channel, numbers);
        Target::template store_columns<Columns>(t.output + i * t.row + x * t.pixel + channel, numbers, t.result,
                                                t.channels - channel);
      }
    }
  }
}

template <class Target>
void byte_winograd_output(const ByteWinogradOutput& t) {
  const std::int64_t groups = (t.columns + Target::columns - 1) / Target::columns;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t column = t.columns * group / groups;
    winograd_columns<Target, Target::columns>(t, t.columns * (group + 1) / groups - column, column);
  }
}

}  // namespace pj
