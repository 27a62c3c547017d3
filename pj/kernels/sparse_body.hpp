#pragma once

#include "pj/kernels/sparse_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

// The loops of sparse_kernels.hpp. Beside `lanes` a `Target` has
//   rows      outputs of a block-sparse product that are kept in registers
//   wide      vectors of a plane that are
//   balanced  the product of that name

/// Rows beside each other with one block of outputs; a step of 0 is any, known only when the program runs.
template <class Target, int Step, int Rows>
void block_tile(const BlockSparseProduct& p, const float* input, float* output) {
  using V = Vectors<Target>;
  typename V::Vector sums[Rows][V::per_block] = {};
  const std::int64_t step = Step > 0 ? Step : p.step;
  const float* weights = p.weights;
  for (std::int64_t entry = 0; entry < p.entries; ++entry, weights += 16) {
    const float* const x = input + p.offsets[entry];
    typename V::Vector w[V::per_block];
#pragma GCC unroll 4
    for (int j = 0; j < V::per_block; ++j) {
      w[j] = V::load(weights + j * V::lanes);
    }
#pragma GCC unroll 32
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < V::per_block; ++j) {
        sums[i][j] += x[i * step] * w[j];
      }
    }
  }
#pragma GCC unroll 32
  for (std::int64_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
    for (std::int64_t j = 0; j < V::per_block; ++j) {
      V::store(output + i * 16 + j * V::lanes, sums[i][j]);
    }
  }
}

template <class Target, int Step, int Rows = Target::rows>
void block_rows(const BlockSparseProduct& p, std::int64_t first, std::int64_t rows) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      block_tile<Target, Step, Rows>(p, p.input + first * p.step, p.output + first * 16);
    } else {
      block_rows<Target, Step, Rows - 1>(p, first, rows);
    }
  }
}

/// All rows, in groups as even as they come.
template <class Target>
void block_sparse_product(const BlockSparseProduct& p) {
  const std::int64_t groups = (p.rows + Target::rows - 1) / Target::rows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = p.rows * group / groups;
    const std::int64_t rows = p.rows * (group + 1) / groups - first;
    p.step == 16 ? block_rows<Target, 16>(p, first, rows) : block_rows<Target, 0>(p, first, rows);
  }
}

/// So many vectors of every output plane.
template <class Target, int Wide>
void plane_tile(const PlaneProduct& p, std::int64_t first) {
  using V = Vectors<Target>;
  for (std::int64_t m = 0; m < p.rows.lines; ++m) {
    typename V::Vector sums[Wide] = {};
    for (std::int64_t i = p.rows.starts[m]; i < p.rows.starts[m + 1]; ++i) {
      const float* const x = p.input + p.rows.indices[i] * p.plane + first;
#pragma GCC unroll 8
      for (int j = 0; j < Wide; ++j) {
        sums[j] += V::load(x + j * V::lanes) * p.rows.values[i];
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < Wide; ++j) {
      V::store(p.output + m * p.plane + first + j * V::lanes, sums[j]);
    }
  }
}

/// All numbers: in wide tiles, then vectors of which the last one may overlap the one before; one by one where a plane
/// is smaller than a vector.
template <class Target>
void plane_product(const PlaneProduct& p) {
  constexpr std::int64_t lanes = Target::lanes;
  constexpr std::int64_t wide = Target::wide * lanes;
  std::int64_t first = 0;
  for (; first + wide <= p.plane; first += wide) {
    plane_tile<Target, Target::wide>(p, first);
  }
  for (; first < p.plane && p.plane >= lanes; first += lanes) {
    plane_tile<Target, 1>(p, first + lanes <= p.plane ? first : p.plane - lanes);
  }
  for (; first < p.plane; ++first) {
    for (std::int64_t m = 0; m < p.rows.lines; ++m) {
      float sum = 0.0F;
      for (std::int64_t i = p.rows.starts[m]; i < p.rows.starts[m + 1]; ++i) {
        sum += p.rows.values[i] * p.input[p.rows.indices[i] * p.plane + first];
      }
      p.output[m * p.plane + first] = sum;
    }
  }
}

/// Four sums a row, as one would wait for itself.
template <class Target>
void rows_product(const CompressedLines& rows, const float* input, float* output) {
  constexpr int chains = 4;
  constexpr std::int64_t far_ahead = 512;  // entries that are fetched early: what processors foresee ends with a page
  for (std::int64_t m = 0; m < rows.lines; ++m) {
    float sums[chains] = {};
    std::int64_t i = rows.starts[m];
    for (; i + chains <= rows.starts[m + 1]; i += chains) {
      __builtin_prefetch(rows.values + i + far_ahead);
      __builtin_prefetch(rows.indices + i + far_ahead);
#pragma GCC unroll 4
      for (int chain = 0; chain < chains; ++chain) {
        sums[chain] += rows.values[i + chain] * input[rows.indices[i + chain]];
      }
    }
    for (; i < rows.starts[m + 1]; ++i) {
      sums[0] += rows.values[i] * input[rows.indices[i]];
    }
    output[m] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
}

/// The place of the next input that is not 0, or `count`.
template <class Target>
std::int64_t next_input(const float* input, std::int64_t first, std::int64_t count) {
  while (first < count && input[first] == 0.0F) {
    ++first;
  }
  return first;
}

/// While a column is added the next one that is not skipped is fetched: no processor foresees where it lies.
template <class Target>
void columns_product(const CompressedLines& columns, const float* input, float* output) {
  constexpr std::int64_t together = 16;
  std::int64_t c = next_input<Target>(input, 0, columns.lines);
  while (c < columns.lines) {
    const std::int64_t next = next_input<Target>(input, c + 1, columns.lines);
    const std::int64_t end = columns.starts[c + 1];
    const std::int64_t ahead = columns.starts[next] - columns.starts[c];
    const float x = input[c];
    std::int64_t i = columns.starts[c];
    for (; i + together <= end; i += together) {
      __builtin_prefetch(columns.values + i + ahead);
      __builtin_prefetch(columns.indices + i + ahead);
#pragma GCC unroll 16
      for (std::int64_t j = i; j < i + together; ++j) {
        output[columns.indices[j]] += columns.values[j] * x;
      }
    }
    for (; i < end; ++i) {
      output[columns.indices[i]] += columns.values[i] * x;
    }
    c = next;
  }
}

/// So many frequencies of 16 blocks of outputs.
template <class Target, int Count>
void circulant_tile(const CirculantProduct& p, std::int64_t first, const float* weights) {
  using V = Vectors<Target>;
  for (int lane = 0; lane < 16; lane += V::lanes) {
    typename V::Vector real[Count] = {};
    typename V::Vector imaginary[Count] = {};
    for (std::int64_t j = 0; j < p.blocks; ++j) {
      const float* const x = p.input + (j * p.frequencies + first) * 2;
      const float* const w = weights + j * Count * 32 + lane;
#pragma GCC unroll 4
      for (std::int64_t f = 0; f < Count; ++f) {
        const typename V::Vector w_real = V::load(w + f * 32);
        const typename V::Vector w_imaginary = V::load(w + f * 32 + 16);
        real[f] += w_real * x[2 * f];
        imaginary[f] += w_imaginary * x[2 * f];
        real[f] -= w_imaginary * x[2 * f + 1];
        imaginary[f] += w_real * x[2 * f + 1];
      }
    }
#pragma GCC unroll 4
    for (int f = 0; f < Count; ++f) {
      V::store(p.output + (first + f) * 32 + lane, real[f]);
      V::store(p.output + (first + f) * 32 + 16 + lane, imaginary[f]);
    }
  }
}

template <class Target, int Count>
void circulant_frequencies(const CirculantProduct& p, std::int64_t first, std::int64_t count, const float* weights) {
  if constexpr (Count > 0) {
    if (count == Count) {
      circulant_tile<Target, Count>(p, first, weights);
    } else {
      circulant_frequencies<Target, Count - 1>(p, first, count, weights);
    }
  }
}

template <class Target>
void circulant_product(const CirculantProduct& p) {
  for (std::int64_t first = 0; first < p.frequencies; first += circulant_group) {
    const std::int64_t left = p.frequencies - first;
    circulant_frequencies<Target, circulant_group>(p, first, left < circulant_group ? left : circulant_group,
                                                   p.weights + first * p.blocks * 32);
  }
}

template <class Target>
const SparseKernels* sparse_kernels_for(const char* name) {
  static const SparseKernels kernels{name,
                                     Target::rows,
                                     block_sparse_product<Target>,
                                     plane_product<Target>,
                                     rows_product<Target>,
                                     columns_product<Target>,
                                     Target::balanced,
                                     circulant_product<Target>};
  return &kernels;
}

}  // namespace pj
