#pragma once

#include <cstdint>

#include "pj/mapping/count.hpp"

namespace pj {

/// The positions along one axis with a sum of indices that are moved over all places of the tile: what `words`
/// multiplies for a sliding window.
std::int64_t window_words(const Workload& workload, const Axis& axis, const TileSequence& sequence, bool boxes);

/// The positions that one tile with these extents covers along an axis.
std::int64_t window_size(const Workload& workload, const Axis& axis, const std::vector<std::int64_t>& extents,
                         bool boxes);

}  // namespace pj
