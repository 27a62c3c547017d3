#pragma once

#include "pj/kernels/word_kernels.hpp"

namespace pj {

// The loops of word_kernels.hpp. A `Target` has
//   lanes, rows  32-bit lanes of a vector; outputs that are kept in registers
//   Vector       its signed lanes
//   scaled       sum · factor + offset
//   bytes, signs the sum with one word of inputs times a vector of words of weights added

template <class Target, class Dot, int Rows>
void word_tile(const WordProduct& p, const std::uint32_t* input, std::int32_t* output) {
  using Vector = typename Target::Vector;
  constexpr int columns = static_cast<int>(word_panel) / Target::lanes;
  Vector sums[Rows][columns] = {};
  const std::uint32_t* weights = p.weights;
  for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
    const std::uint32_t* const words = input + p.taps[tap];
    for (std::int64_t k = 0; k < p.words; ++k, weights += word_panel) {
      Vector w[columns];
#pragma GCC unroll 8
      for (int j = 0; j < columns; ++j) {
        w[j] = Target::load(weights + j * Target::lanes);
      }
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        const std::uint32_t x = words[i * p.step + k];
#pragma GCC unroll 8
        for (int j = 0; j < columns; ++j) {
          sums[i][j] = Dot::add(sums[i][j], x, w[j]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) {
      Target::store(output + i * p.outputs + j * Target::lanes, Target::scaled(sums[i][j], p.factor, p.offset));
    }
  }
}

template <class Target, class Dot, int Rows = Target::rows>
void word_rows(const WordProduct& p, std::int64_t first, std::int64_t rows) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      word_tile<Target, Dot, Rows>(p, p.input + first * p.step, p.output + first * p.outputs);
    } else {
      word_rows<Target, Dot, Rows - 1>(p, first, rows);
    }
  }
}

/// All rows, in groups as even as they come.
template <class Target, class Dot>
void word_product(const WordProduct& p) {
  const std::int64_t groups = (p.rows + Target::rows - 1) / Target::rows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = p.rows * group / groups;
    const std::int64_t last = p.rows * (group + 1) / groups;
    word_rows<Target, Dot>(p, first, last - first);
  }
}

/// The dot products of a Target as types.
template <class Target>
struct DotBytes {
  static typename Target::Vector add(typename Target::Vector sum, std::uint32_t x, typename Target::Vector w) {
    return Target::bytes(sum, x, w);
  }
};
template <class Target>
struct DotSigns {
  static typename Target::Vector add(typename Target::Vector sum, std::uint32_t x, typename Target::Vector w) {
    return Target::signs(sum, x, w);
  }
};

template <class Target>
const WordKernels* word_kernels_for(const char* name) {
  static const WordKernels kernels{name, word_product<Target, DotBytes<Target>>,
                                   word_product<Target, DotSigns<Target>>};
  return &kernels;
}

}  // namespace pj
