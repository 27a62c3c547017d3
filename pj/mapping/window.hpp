#pragma once

#include <cstdint>

#include "pj/mapping/count.hpp"

namespace pj {

/// The positions along one axis with a sum of indices that are moved over all places of the tile: what `words`
/// multiplies for a sliding window.
std::int64_t window_words(const Workload& workload, const Axis& axis, const TileSequence& sequence, bool boxes);

}  // namespace pj
