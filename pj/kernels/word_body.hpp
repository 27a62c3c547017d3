#pragma once

#include "pj/kernels/word_kernels.hpp"

namespace pj {

// The loops of word_kernels.hpp. A `Target` has
//   lanes, rows  32-bit lanes of a vector; outputs that are kept in registers
//   Vector       its lanes as whole numbers, Floats as real ones
//   load, store, scaled (sum · factor + offsets)
//   bytes, signs, ternary, bfloat16, floats
//                the sum with one word of inputs times a vector of words of weights added
//   ByteTable, FloatTable with codebook16, codebook4, float_codebook16
//                the weights that meet the input word `step` of those that a word of indices is for

/// Adds up the chains of a tile's sums and stores them.
template <class Target, class Dot, int Rows, int chains, class Sums>
[[gnu::always_inline]] inline void store_tile(const WordProduct<typename Dot::Sum>& p, const Sums& sums,
                                              typename Dot::Sum* output) {
  constexpr int columns = static_cast<int>(word_panel) / Target::lanes;
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) {
      typename Dot::Sums sum = sums[i * chains][j];
#pragma GCC unroll 8
      for (int chain = 1; chain < chains; ++chain) {
        sum = Target::plus(sum, sums[i * chains + chain][j]);
      }
      Target::store(output + i * p.outputs + j * Target::lanes, Dot::finished(sum, p, j * Target::lanes));
    }
  }
}

/// One tile of outputs. A `Dot` says what words mean:
//   Sum, Sums  of one output, of a vector
//   steps      input words that a word of weights meets
//   planes     words of weights for them
//   Table      the codebook, and `decode` the weights of a step
template <class Target, template <class> class DotOf, int Rows>
void word_tile(const WordProduct<typename DotOf<Target>::Sum>& p, const std::uint32_t* input,
               typename DotOf<Target>::Sum* output) {
  using Dot = DotOf<Target>;
  constexpr int columns = static_cast<int>(word_panel) / Target::lanes;
  constexpr int chains = Rows == 1 ? Dot::steps : 1;  // sums of one row would wait for each other
  const typename Dot::Table table(p.codebook);
  typename Dot::Sums sums[Rows * chains][columns] = {};
  const std::uint32_t* weights = p.weights;
  for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
    const std::uint32_t* const words = input + p.taps[tap];
    for (std::int64_t k = 0; k < p.words; k += Dot::steps, weights += Dot::planes * word_panel) {
      typename Target::Vector w[columns][Dot::planes];
#pragma GCC unroll 16
      for (int j = 0; j < columns * Dot::planes; ++j) {
        w[j % columns][j / columns] = Target::load(weights + j * Target::lanes);
      }
#pragma GCC unroll 8
      for (int step = 0; step < Dot::steps; ++step) {
        typename Dot::Weights decoded[columns];
#pragma GCC unroll 8
        for (int j = 0; j < columns; ++j) {
          decoded[j] = Dot::decode(w[j], table, step);
        }
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i) {
          const std::uint32_t x = words[i * p.step + k + step];
#pragma GCC unroll 8
          for (int j = 0; j < columns; ++j) {
            auto& sum = sums[i * chains + step % chains][j];
            sum = Dot::add(sum, x, decoded[j]);
          }
        }
      }
    }
  }
  store_tile<Target, Dot, Rows, chains>(p, sums, output);
}

template <class Target, template <class> class DotOf, int Rows = Target::rows>
void word_rows(const WordProduct<typename DotOf<Target>::Sum>& p, std::int64_t first, std::int64_t rows) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      word_tile<Target, DotOf, Rows>(p, p.input + first * p.step, p.output + first * p.outputs);
    } else {
      word_rows<Target, DotOf, Rows - 1>(p, first, rows);
    }
  }
}

/// All rows, in groups as even as they come.
template <class Target, template <class> class DotOf>
void word_product(const WordProduct<typename DotOf<Target>::Sum>& p) {
  const std::int64_t groups = (p.rows + Target::rows - 1) / Target::rows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = p.rows * group / groups;
    const std::int64_t last = p.rows * (group + 1) / groups;
    word_rows<Target, DotOf>(p, first, last - first);
  }
}

}  // namespace pj
