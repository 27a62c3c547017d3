#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/base/error.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// One loop of the nest. Its index is cut into `factor` tiles; the last may be smaller or missing where the
/// size of the index is no multiple (a ragged edge).
struct Loop {
  std::size_t index = 0;
  std::int64_t factor = 1;
  int axis = 0;  ///< in a fanout: the axis along which the tiles lie

  bool operator==(const Loop&) const = default;
};

/// What a mapping says of one stage of the accelerator.
struct StageMapping {
  std::vector<Loop> loops;  ///< outermost first; in a level they run in time, in a fanout side by side
  std::vector<bool> keeps;  ///< in a level, for each tensor: is its tile kept here

  bool operator==(const StageMapping&) const = default;
};

/// How a workload runs on an accelerator: a loop nest with one part for each stage, outermost first. The tile
/// that a level keeps is what its own loops and those inside it cover.
struct Mapping {
  std::vector<StageMapping> stages;

  bool operator==(const Mapping&) const = default;
};

/// The elements of each index in the tile inside the loops of `stage` (with them, or without), as the factors say,
/// not cut at the size of the index.
std::vector<std::int64_t> tile_extents(const Workload& workload, const Mapping& mapping, std::size_t stage,
                                       bool with_its_loops);

/// The memory that the largest tile of a tensor takes.
Bits tile_bits(const Workload& workload, const Accelerator& accelerator, std::size_t tensor,
               const std::vector<std::int64_t>& extents);

/// Does the mapping cover every index, obey the machine's constraints and fit its capacities? The reason of a
/// "no" names the stage, what it needs and what it has.
Verdict fits(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping);

/// The loop nest as text, one line a stage:
/// ```
/// DRAM        [Input Weight Output]  for M in 4, for P in 3
/// buffer      [Input Output]         for C in 2
/// array                              columns P in 13; rows R in 3
/// scratchpads [Input Weight Output]  for S in 3
/// ```
std::string to_string(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping);

/// Reads what `to_string` writes. Throws `InputError` with the line's number, the fault and a way out.
Mapping parse_mapping(const Workload& workload, const Accelerator& accelerator, const std::string& text,
                      const std::string& file);

}  // namespace pj
