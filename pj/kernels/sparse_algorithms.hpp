#pragma once

#include <string>

#include "pj/base/random.hpp"
#include "pj/kernels/sparse_conv.hpp"

namespace pj {

/// Weights of a structure, as numbers that a plain convolution takes, and what computes with them.
struct SparseExample {
  Buffer<float> weights;
  double largest = 0.0;  ///< of the weights; with two factors the product of the largest of each
  SparseConv sparse;
};

/// One row of the table of sparse and structured weights. All formulas are of weights that keep a share of their
/// numbers, the density in (0, 1], as exactly as the structure can.
struct SparseAlgorithm {
  const char* name;
  const char* source;  ///< who published it
  Verdict (*can_run)(const ConvShape&);
  /// The numbers that make up the weights: those that are not 0, first columns, or factors.
  std::int64_t (*values)(const ConvShape&, double density);
  /// Operations of a run with inputs that are all not 0.
  OperationCount (*operations)(const ConvShape&, double density);
  /// Of values, indices and starts.
  std::int64_t (*weight_bytes)(const ConvShape&, double density);
  /// A bound on |computed - exact| / (max|input| · largest) of each output.
  double (*error_bound)(const ConvShape&, double density);
  /// Random weights.
  SparseExample (*random)(const SparseKernels&, const ConvShape&, double density, Rng&);
};

std::span<const SparseAlgorithm> sparse_algorithms();

/// What a structure is made of at a density: entries of each output's window of 32, the size of circulant blocks, the
/// rank of two factors.
std::int64_t balanced_entries(double density);
std::int64_t circulant_size(double density);
std::int64_t low_rank(const ConvShape& shape, double density);

}  // namespace pj
