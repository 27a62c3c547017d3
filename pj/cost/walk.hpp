#pragma once

#include "pj/cost/traffic.hpp"

namespace pj {

/// The plain twin of `traffic`: executes the loop nest step by step, keeps for every tile the set of elements that
/// it holds, and counts what moves. Slow; for problems of some thousand multiply-accumulates.
Traffic walk(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping);

}  // namespace pj
