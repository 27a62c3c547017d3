#pragma once

#include <cstring>

#include "pj/kernels/half_end.hpp"
#include "pj/kernels/half_kernels.hpp"
#include "pj/kernels/half_winograd_body.hpp"

namespace pj {

// The loops of half_kernels.hpp. A `Target` has
//   rows(columns)  outputs whose sums are kept in registers with so many columns
//   columns        blocks of 16 channels that are computed together at most
//   Floats         16 of them: +, *, <, ?: by element
//   dot            the sum with one pair of inputs (a word for all lanes) times a pair of weights a lane
//   load_floats, load_halves, store_floats, store_halves (rounded to the nearest, halves to even)

template <class Target>
[[gnu::always_inline]] inline void half_store(const HalfProduct& p, std::int64_t at, std::int64_t left,
                                              typename Target::Floats sum) {
  const typename Target::Floats x = half_finished<Target>(p.end, at, left, sum);
  if (p.output != nullptr && left >= 16) {
    Target::store_halves(p.output + at, x);
  } else if (p.output == nullptr && left >= 16) {
    Target::store_floats(p.floats + at, x);
  } else {
    std::uint16_t halves[16];
    float floats[16];
    Target::store_halves(halves, x);
    Target::store_floats(floats, x);
    const void* const from = p.output != nullptr ? static_cast<const void*>(halves) : floats;
    const std::size_t size = p.output != nullptr ? sizeof(*halves) : sizeof(*floats);
    void* const to = p.output != nullptr ? static_cast<void*>(p.output + at) : p.floats + at;
    std::memcpy(to, from, static_cast<std::size_t>(left) * size);
  }
}

/// The sums of a tile as they are stored.
template <class Target, int Rows, int Columns>
[[gnu::always_inline]] inline void half_tile_end(const HalfProduct& p, std::int64_t first, std::int64_t column,
                                                 const typename Target::Floats (&sums)[Rows][Columns]) {
  const bool is_whole = p.output != nullptr && HalfBounds<Target>::suffice(p.end) &&
                        p.channels - column * 16 >= std::int64_t{Columns} * 16;
  const HalfBounds<Target> bounded(p.end);
  constexpr std::int64_t lanes = 16;
#pragma GCC unroll 16
  for (int j = 0; j < Columns; ++j) {
    const std::int64_t begin = (column + j) * p.block + first * 16;
    if (is_whole) [[likely]] {
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        Target::store_halves(p.output + begin + i * lanes, bounded(sums[i][j]));
      }
    } else {
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        half_store<Target>(p, begin + i * lanes, p.channels - (column + j) * lanes, sums[i][j]);
      }
    }
  }
}

/// Some outputs of some columns.
template <class Target, int Rows, int Columns>
void half_tile(const HalfProduct& p, std::int64_t first, std::int64_t column) {
  typename Target::Floats sums[Rows][Columns];
  const std::uint16_t* inputs[Rows];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
    inputs[i] = p.map + p.places[first + i];
#pragma GCC unroll 16
    for (int j = 0; j < Columns; ++j) {
      sums[i][j] = Target::load_floats(p.end.bias + (column + j) * 16);
    }
  }
  const std::int64_t size = p.tap_count * p.pairs * 32;  // of a column
  const std::uint16_t* weights = p.weights + column * size;
  for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
    const std::int64_t begin = p.taps[tap];
    for (std::int64_t k = begin; k < begin + 2 * p.pairs; k += 2, weights += 32) {
      typename Target::Pairs w[Columns];
#pragma GCC unroll 16
      for (int j = 0; j < Columns; ++j) {
        w[j] = Target::load_pairs(weights + j * size);
      }
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        const typename Target::Pairs x = Target::all_pair(inputs[i] + k);
#pragma GCC unroll 16
        for (int j = 0; j < Columns; ++j) {
          sums[i][j] = Target::dot(sums[i][j], x, w[j]);
        }
      }
    }
  }
  half_tile_end<Target, Rows, Columns>(p, first, column, sums);
}

template <class Target, int Columns, int Rows = Target::rows(Columns)>
void half_rows(const HalfProduct& p, std::int64_t first, std::int64_t rows, std::int64_t column) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      half_tile<Target, Rows, Columns>(p, first, column);
    } else {
      half_rows<Target, Columns, Rows - 1>(p, first, rows, column);
    }
  }
}

/// All outputs of some columns, in groups as even as they come.
template <class Target, int Columns>
void half_columns(const HalfProduct& p, std::int64_t columns, std::int64_t column) {
  if constexpr (Columns > 0) {
    if (columns != Columns) {
      half_columns<Target, Columns - 1>(p, columns, column);
      return;
    }
    constexpr std::int64_t most = Target::rows(Columns);
    const std::int64_t groups = (p.count + most - 1) / most;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t first = p.count * group / groups;
      half_rows<Target, Columns>(p, first, p.count * (group + 1) / groups - first, column);
    }
  }
}

template <class Target>
void half_product(const HalfProduct& p) {
  const std::int64_t groups = (p.columns + Target::columns - 1) / Target::columns;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t column = p.columns * group / groups;
    half_columns<Target, Target::columns>(p, p.columns * (group + 1) / groups - column, column);
  }
}

/// Some outputs side by side, so that no sum waits for itself.
template <class Target, int Rows>
[[gnu::always_inline]] inline void half_depthwise_outputs(const HalfDepthwise& p, std::int64_t first) {
  typename Target::Floats sums[Rows];
  const std::uint16_t* inputs[Rows];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    sums[i] = Target::load_floats(p.end.bias);
    inputs[i] = p.map + p.places[first + i];
  }
  for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
    const auto w = Target::load_floats(p.weights + tap * 16);
    const std::int64_t at = p.taps[tap];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      sums[i] += Target::load_halves(inputs[i] + at) * w;
    }
  }
  const HalfBounds<Target> bounded(p.end);
  const bool suffices = HalfBounds<Target>::suffice(p.end);
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    const std::int64_t at = (first + i) * 16;
    Target::store_halves(p.output + at, suffices ? bounded(sums[i]) : half_finished<Target>(p.end, at, 16, sums[i]));
  }
}

template <class Target>
void half_depthwise(const HalfDepthwise& p) {
  constexpr int rows = 8;
  std::int64_t i = 0;
  for (; i + rows <= p.count; i += rows) {
    half_depthwise_outputs<Target, rows>(p, i);
  }
  for (; i < p.count; ++i) {
    half_depthwise_outputs<Target, 1>(p, i);
  }
}

template <class Target>
void half_pool(const HalfPool& p) {
  const auto inside = [](std::int64_t at, std::int64_t size) { return at < 0 ? 0 : at > size ? size : at; };
  for (std::int64_t y = 0; y < p.P; ++y) {
    const std::int64_t top = inside(y * p.stride_h - p.pad_top, p.H);
    const std::int64_t bottom = inside(y * p.stride_h - p.pad_top + p.R, p.H);
    for (std::int64_t x = 0; x < p.Q; ++x) {
      const std::int64_t left = inside(x * p.stride_w - p.pad_left, p.W);
      const std::int64_t right = inside(x * p.stride_w - p.pad_left + p.S, p.W);
      typename Target::Floats found = {};
      for (std::int64_t i = top; i < bottom; ++i) {
        for (std::int64_t j = left; j < right; ++j) {
          const typename Target::Floats next = Target::load_halves(p.map + (i * p.W + j) * 16);
          const bool is_first = i == top && j == left;
          found = p.factors != nullptr ? found + next : is_first ? next : (next > found ? next : found);
        }
      }
      const std::int64_t at = y * p.Q + x;
      Target::store_halves(p.output + at * 16, p.factors != nullptr ? found * p.factors[at] : found);
    }
  }
}

template <class Target>
void half_from_floats(const float* numbers, std::int64_t count, std::uint16_t* halves) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    Target::store_halves(halves + i, Target::load_floats(numbers + i));
  }
  if (i < count) {
    float rest[16] = {};
    std::uint16_t stored[16];
    std::memcpy(rest, numbers + i, static_cast<std::size_t>(count - i) * sizeof(float));
    Target::store_halves(stored, Target::load_floats(rest));
    std::memcpy(halves + i, stored, static_cast<std::size_t>(count - i) * sizeof(std::uint16_t));
  }
}

template <class Target>
void half_to_floats(const std::uint16_t* halves, std::int64_t count, float* numbers) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(halves[i]) << 16;
    std::memcpy(numbers + i, &bits, sizeof(bits));
  }
}

template <class Target>
const HalfKernels* half_kernels_for(const char* name) {
  static const HalfKernels kernels{name,
                                   half_product<Target>,
                                   half_depthwise<Target>,
                                   half_pool<Target>,
                                   half_from_floats<Target>,
                                   half_to_floats<Target>,
                                   half_winograd_input<Target>,
                                   half_winograd_output<Target>};
  return &kernels;
}

}  // namespace pj
