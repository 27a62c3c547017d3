#pragma once

#include <functional>

#include "pj/base/interrupt.hpp"
#include "pj/cost/traffic.hpp"

namespace pj {

struct WalkOptions {
  const Interrupt* interrupt = nullptr;              ///< on request the walk throws `Interrupted`
  std::function<void(std::int64_t steps)> progress;  ///< called after every step
};

/// The plain twin of `traffic`: executes the loop nest step by step, keeps for every tile the set of elements that
/// it holds, and counts what moves. Slow; for problems of some thousand multiply-accumulates.
Traffic walk(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
             const WalkOptions& options = {});

/// How much work a walk is, at most: the elements of all tiles that it sets up, one by one (some millions a second).
double walk_size(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping);

}  // namespace pj
