#pragma once

#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// A machine without one of its constraints.
struct Relaxation {
  std::string what;  ///< `buffer: keeps Input, Output only`
  Accelerator machine;
};

/// Each constraint of the machine that says anything of the workload, left out on its own: what levels keep, must keep,
/// tile and hold whole, partitions (then one memory of the same size), what an axis spreads, one axis for an index,
/// multicast and reduction that are not there.
std::vector<Relaxation> relaxations(const Workload& workload, const Accelerator& accelerator);

}  // namespace pj
