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
    Picojoules read, write;  ///< at a level
    Picojoules hop;          ///< over a fanout's network
    double bits = 0.0;       ///< that take a level's bandwidth
  };

  std::vector<std::vector<Element>> stages;  ///< stage × tensor
  Picojoules operation;                      ///< one multiply-accumulate
};

/// Elements are packed: each costs its share of a word (docs/model.md, "Energy").
Prices prices(const Workload& workload, const Accelerator& accelerator);

}  // namespace pj
