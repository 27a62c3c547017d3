#pragma once

#include <string>

#include "pj/mapping/mapping.hpp"

namespace pj {

/// Why no mapping fits: the level whose smallest possible tiles are too large, what they need and what there is, or
/// the index that the machine's constraints leave no place to tile.
std::string why_nothing_fits(const Workload& workload, const Accelerator& accelerator);

}  // namespace pj
