#pragma once

#include <optional>

#include "pj/mapping/mapping.hpp"

namespace pj {

/// Which mappings are counted.
struct MapspaceOptions {
  bool perfect_factors = false;  ///< only those whose factors divide
  /// Only those that the machine allows as far as that can be said of one index or tensor alone: which indices a stage
  /// tiles, the size of a fanout's axis, which tensors a level keeps. False: all that `exhaustive_search` goes through,
  /// also those that cover an index in part.
  bool obeys_constraints = true;
};

/// The number of mappings: Π over the indices of the ways to cut the index into factors, one for each level and each
/// axis of a fanout, times the orders of each level's loops of more than one iteration, times the sets of tensors that
/// the levels may keep. Whether tiles fit the capacities, and copies of several indices along one axis, is not asked.
/// Nothing where the machine or an index is too large to count in a moment.
std::optional<double> mapspace_size(const Workload& workload, const Accelerator& accelerator,
                                    const MapspaceOptions& options = {});

}  // namespace pj
