#pragma once

#include <string>

#include "pj/study/evaluate.hpp"

namespace pj {

/// What zeros make of a mapped layer, as expected where they are independent (docs/sparsity.md).
struct SparsitySummary {
  double nonzero_macs = 0.0;
  double outermost_bits = 0.0;        ///< moved to and from the outermost level, as it stores them
  double outermost_dense_bits = 0.0;  ///< the same without its formats
  double outermost_accesses = 0.0;    ///< those words of the width of the tensors, as it stores them

  bool operator==(const SparsitySummary&) const = default;

  SparsitySummary& operator+=(const SparsitySummary& other);
};

SparsitySummary summarise_sparsity(const LayerEstimate& layer, const Accelerator& accelerator);

/// The sum over all layers.
SparsitySummary summarise_sparsity(const Estimate& estimate);

/// Does any tensor have zeros?
bool has_zeros(const Workload& workload);
bool has_zeros(const Estimate& estimate);

/// A row for each layer: densities, non-zero MACs, energy and off-chip accesses for each, and off-chip traffic.
std::string sparsity_table(const Estimate& estimate);

/// The tiles of a mapped layer that have zeros: what is expected in the largest of each level.
std::string sparse_tiles_table(const LayerEstimate& layer, const Accelerator& accelerator);

}  // namespace pj
