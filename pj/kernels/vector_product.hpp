#pragma once

#include "pj/kernels/vector_epilogue.hpp"
#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// Weights that will be read soon, fetched a little with each term: one group of rows alone would wait for memory.
struct WeightsAhead {
  const float* numbers;
  std::int64_t step;  ///< numbers for each term; 0: none
};

/// Rows × Columns vectors of a product, all in registers.
template <class Target, int Rows, int Columns>
void product_tile(const BlockedProduct& p, const float* input, const float* weights, float* output,
                  WeightsAhead ahead) {
  using V = Vectors<Target>;
  typename V::Vector sums[Rows][Columns] = {};
  for (std::int64_t block = 0; block < p.input_blocks; ++block, input += p.input_block) {
    for (int c = 0; c < 16; ++c, weights += Columns * V::lanes, ahead.numbers += ahead.step) {
      __builtin_prefetch(ahead.numbers, 0, 2);
      if (ahead.step > 16) {
        __builtin_prefetch(ahead.numbers + 16, 0, 2);
      }
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
  store_tile<Target, Rows, Columns>(p, output, sums);
}

template <class Target, int Columns, int Rows = Target::rows>
void product_rows(const BlockedProduct& p, std::int64_t first, std::int64_t rows, const float* weights, float* output,
                  WeightsAhead ahead) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      product_tile<Target, Rows, Columns>(p, p.input + first * 16, weights, output + first * 16, ahead);
    } else {
      product_rows<Target, Columns, Rows - 1>(p, first, rows, weights, output, ahead);
    }
  }
}

/// All rows with one panel of weights, in groups as even as they come; each fetches its share of the next panel.
template <class Target, int Columns>
void product_panel(const BlockedProduct& p, const float* weights, float* output, const float* next) {
  constexpr int width = Columns * Vectors<Target>::lanes;
  const std::int64_t groups = (p.rows + Target::rows - 1) / Target::rows;
  const std::int64_t step = next == nullptr ? 0 : (width + groups - 1) / groups;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = p.rows * group / groups;
    const std::int64_t last = p.rows * (group + 1) / groups;
    const WeightsAhead ahead{step == 0 ? weights : next + group * step * p.input_blocks * 16, step};
    product_rows<Target, Columns>(p, first, last - first, weights, output, ahead);
  }
}

template <class Target>
void blocked_product(const BlockedProduct& p) {
  constexpr int per_block = Vectors<Target>::per_block;
  constexpr int wide = Target::columns / per_block;  // blocks of a panel
  const float* weights = p.weights;
  std::int64_t block = 0;
  for (; block + wide <= p.output_blocks; block += wide, weights += p.input_blocks * 16 * wide * 16) {
    const bool is_last = block + wide >= p.output_blocks;
    product_panel<Target, Target::columns>(p, weights, p.output + block * p.output_block,
                                           is_last ? p.next : weights + p.input_blocks * 16 * wide * 16);
  }
  if constexpr (wide > 1) {
    static_assert(wide == 2, "what is left of the blocks is one");
    if (block < p.output_blocks) {
      product_panel<Target, per_block>(p, weights, p.output + block * p.output_block, p.next);
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

}  // namespace pj
