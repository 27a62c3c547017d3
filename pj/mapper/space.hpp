#pragma once

#include <cstdint>
#include <vector>

#include "pj/mapping/mapping.hpp"

namespace pj {

/// The factors that can be the best for an index of which `tiles` are left: for each number of tiles that a factor
/// can leave, the smallest such factor (about 2·√tiles of them); or all divisors.
const std::vector<std::int64_t>& useful_factors(std::int64_t tiles, bool perfect);

/// The orders of one level's loops that can differ in cost; all others equal one of these or are worse. A loop
/// order matters only through the tiles that it leaves in place and the windows that it slides.
/// `chosen` is the mapping from `stage` inwards, the stage's loops in any order.
std::vector<std::vector<Loop>> useful_orders(const Workload& workload, const Accelerator& accelerator,
                                             const Mapping& chosen, std::size_t stage);

}  // namespace pj
