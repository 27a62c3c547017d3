#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pj/mapping/count.hpp"
#include "pj/mapping/mapping.hpp"

namespace pj {

/// A loop of the flattened nest.
struct NestLoop {
  std::size_t index = 0;
  std::int64_t factor = 1;
  std::int64_t step = 1;  ///< elements of the index inside one iteration
  std::size_t stage = 0;
  bool in_time = true;  ///< a level's loop; otherwise a fanout's
};

/// All loops with more than one iteration in the stages from `first_stage` inwards, outermost first.
std::vector<NestLoop> flatten(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
                              std::size_t first_stage = 0);

/// One path of one tensor's words: from the level that keeps it to the next that keeps it inside, or to the
/// compute units (`to` = number of stages).
struct Path {
  std::size_t tensor = 0;
  std::size_t from = 0;
  std::size_t to = 0;

  bool operator==(const Path&) const = default;
};

/// The paths of all tensors, each tensor's outermost first.
std::vector<Path> paths(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping);

}  // namespace pj
