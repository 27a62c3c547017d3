#pragma once

#include <cstdint>
#include <vector>

#include "pj/mapping/mapping.hpp"

namespace pj {

/// The words of one tensor that one level moves.
struct Transfers {
  std::int64_t served = 0;   ///< read: operands sent inwards, partial sums taken up again
  std::int64_t drained = 0;  ///< read: partial sums and results sent outwards
  std::int64_t filled = 0;   ///< written: tiles that come from outside
  std::int64_t updated = 0;  ///< written: partial sums and results that come from inside

  bool operator==(const Transfers&) const = default;

  std::int64_t reads() const { return served + drained; }
  std::int64_t writes() const { return filled + updated; }
};

/// Everything that a mapped workload moves and does, in words and steps. The outer vectors have one entry a stage
/// of the accelerator, the inner ones one a tensor.
struct Traffic {
  std::vector<std::vector<Transfers>> levels;   ///< summed over the instances of a level
  std::vector<std::vector<Transfers>> busiest;  ///< of the instance with the most work
  std::vector<std::vector<std::int64_t>> hops;  ///< words delivered to and collected from the copies of a fanout
  std::int64_t macs = 0;
  std::int64_t steps = 0;  ///< iterations of the temporal loops
  std::int64_t units = 0;  ///< compute units that get work

  bool operator==(const Traffic&) const = default;
};

/// Counts in closed form. `walk` (the plain twin) executes the loop nest and must count the same.
/// The rules, with sources, are in docs/model.md.
Traffic traffic(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping);

}  // namespace pj
