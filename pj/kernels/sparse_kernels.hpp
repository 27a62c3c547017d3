#pragma once

#include <cstdint>

namespace pj {

// The innermost loops of products with sparse and structured weights, compiled once for each instruction set (see
// vector_kernels.hpp).

/// output[t, m] = Σ over entries of input[offset + t · step] · weights[entry, m], for a block of 16 output channels of
/// which each entry holds all weights.
struct BlockSparseProduct {
  const float* input;
  std::int64_t step;            ///< floats from the inputs of one output to those of the next
  const std::int32_t* offsets;  ///< where the input of each entry lies
  const float* weights;         ///< entries × 16
  std::int64_t entries;
  float* output;  ///< rows × 16
  std::int64_t rows;
};

/// The non-zeros of a matrix, line after line, and where every line starts among them.
struct CompressedLines {
  const std::int64_t* starts;
  const std::uint16_t* indices;  ///< of the places in the line
  const float* values;
  std::int64_t lines;
};

/// output[m, i] = Σ_c values[m, c] · input[c, i], with planes of numbers beside each other.
struct PlaneProduct {
  CompressedLines rows;
  const float* input;
  float* output;
  std::int64_t plane;
};

/// output[m] = Σ over windows of 32 inputs of Σ over its entries of input[index] · value, for 16 outputs that have the
/// same number of entries in each window.
struct BalancedProduct {
  const float* input;
  std::int64_t windows, entries;  ///< entries of one output in one window
  const std::uint8_t* indices;    ///< windows × entries × 16, below 32
  const float* values;            ///< the same
  float* output;
};

/// Inputs of a window.
constexpr std::int64_t balanced_window = 32;

/// output[f, m] = Σ_j input[j, f] · weights[f, j, m] in complex numbers, for 16 blocks of outputs: their frequencies in
/// groups of `circulant_group`, each blocks × frequencies × (real, imaginary) × 16.
struct CirculantProduct {
  const float* input;  ///< blocks × frequencies × 2
  std::int64_t blocks, frequencies;
  const float* weights;
  float* output;  ///< frequencies × 2 × 16
};

/// Frequencies whose sums are kept in registers.
constexpr std::int64_t circulant_group = 4;

/// The loops for one instruction set.
struct SparseKernels {
  const char* name;
  std::int64_t rows;  ///< outputs of a block-sparse product that are computed together
  void (*blocks)(const BlockSparseProduct&);
  void (*planes)(const PlaneProduct&);
  /// output[m] = Σ over the entries of row m of value · input[index].
  void (*rows_product)(const CompressedLines&, const float* input, float* output);
  /// output[m] += value · input[c] for all entries of column c, where the input is not 0.
  void (*columns_product)(const CompressedLines&, const float* input, float* output);
  void (*balanced)(const BalancedProduct&);
  void (*circulant)(const CirculantProduct&);
};

/// The loops that this file was compiled for, or null where the compiler does not know the instruction set.
const SparseKernels* avx512_sparse_kernels();
const SparseKernels* avx2_sparse_kernels();
const SparseKernels* portable_sparse_kernels();

}  // namespace pj
