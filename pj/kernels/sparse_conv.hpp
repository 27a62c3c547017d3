#pragma once

#include <span>

#include "pj/kernels/algorithms.hpp"
#include "pj/kernels/sparse_kernels.hpp"

namespace pj {

/// A convolution whose weights keep less than all numbers, ready to be run. `run` computes with finite inputs what the
/// seven loops compute with the weights that were given, zeros included.
struct SparseConv {
  PreparedConv conv;
  std::int64_t multiplications = 0;  ///< by weights, of one run with inputs that are all not 0
  std::int64_t weight_bytes = 0;     ///< of values, indices and starts, without what fills up blocks
};

/// One product of images × filters: a fully connected layer, or a pointwise convolution.
Verdict product_can_run(const ConvShape& shape);
/// The same with inputs whose places fit 16 bits.
Verdict rows_can_run(const ConvShape& shape);
/// A fully connected layer; with places of 16 bits.
Verdict connected_can_run(const ConvShape& shape);
Verdict columns_can_run(const ConvShape& shape);

/// Row after row (CSR): fully connected layers and pointwise convolutions.
SparseConv prepare_sparse_rows(const SparseKernels& kernels, const ConvShape& shape, std::span<const float> weights);

/// Column after column (CSC): fully connected layers, where inputs that are 0 are skipped.
SparseConv prepare_sparse_columns(const SparseKernels& kernels, const ConvShape& shape, std::span<const float> weights);

/// Fully connected layers whose windows of 32 inputs have few weights each that are not 0: each output's window takes
/// as many places as the fullest one.
SparseConv prepare_balanced(const SparseKernels& kernels, const ConvShape& shape, std::span<const float> weights);

/// Blocks of 16 output channels × one tap of one input channel, of which those of zeros are left out.
Verdict block_sparse_can_run(const ConvShape& shape);
SparseConv prepare_block_sparse(const SparseKernels& kernels, const ConvShape& shape, std::span<const float> weights);

/// Fully connected layers of circulant blocks of b×b: ⌈M/b⌉ × ⌈K/b⌉ × b first columns; weight (i, j) of a block is
/// number (i - j) mod b of its column. By Fourier transforms (FFTW); b is a power of two.
SparseConv prepare_circulant(const SparseKernels& kernels, const ConvShape& shape, std::int64_t b,
                             std::span<const float> columns);
OperationCount circulant_operations(const ConvShape& shape, std::int64_t b);
/// As `ConvAlgorithm` has it (Higham 2002, theorem 24.2, for each transform).
double circulant_error_bound(const ConvShape& shape, std::int64_t b);

/// 1×1 of one group with two factors, M × rank and rank × C: two products in a row.
Verdict low_rank_can_run(const ConvShape& shape);
SparseConv prepare_low_rank(const ConvShape& shape, std::int64_t rank, std::span<const float> left,
                            std::span<const float> right);

}  // namespace pj
