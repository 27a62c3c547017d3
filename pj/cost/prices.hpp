#pragma once

#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// What one access, hop and operation of a workload cost on an accelerator, before any mapping is chosen: the one place
/// where widths, formats and densities of tensors meet the component costs. `cost` and the mapper's bounds read it.
struct Prices {
  /// Of one element of one tensor at one stage.
  struct Element {
    Picojoules serve;   ///< at a level: to read it for what is inside; a partial sum, with having written it dense
    Picojoules drain;   ///< to read it for what is outside
    Picojoules fill;    ///< to write it from outside
    Picojoules update;  ///< to write it from inside
    Picojoules hop;     ///< over a fanout's network
    double bits = 0.0;  ///< that take a level's bandwidth
    double bits_of_partial = 0.0;  ///< more than `bits` for a partial sum, which no format makes smaller
  };

  std::vector<std::vector<Element>> stages;  ///< stage × tensor
  Picojoules operation;                      ///< one multiply-accumulate
  double step = 1.0;                         ///< cycles for one iteration of the loops in time
};

/// Elements are packed: each costs its share of a word (docs/model.md, "Energy"). Zeros save what the machine's gates,
/// skips and formats say, as is to be expected of independent zeros (docs/sparsity.md).
Prices prices(const Workload& workload, const Accelerator& accelerator);

/// The expected bits of an element in a level outermost but for so many stages: dense, or in the level's format where
/// that takes fewer.
double stored_bits(const Workload& workload, std::size_t tensor, const Accelerator& accelerator, std::size_t stage);

/// The probability that none of these operands is zero; names that the workload does not have are ignored.
double density_of(const Workload& workload, const std::vector<std::string>& operands);

}  // namespace pj
