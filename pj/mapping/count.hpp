#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pj/workload/einsum.hpp"

namespace pj {

/// How the iterations of a loop outside a tile enter a count.
enum class Pass {
  Each,      ///< every iteration moves a tile of its own
  Union,     ///< elements that several iterations want are moved once
  Distinct,  ///< iterations that want exactly the same elements share one move
  Once,      ///< only the first iteration counts
};

/// A loop outside a tile. The loops of one index, outermost first, cut it ever finer; iteration k of a loop starts
/// at element k · step.
struct OuterLoop {
  std::size_t index = 0;
  std::int64_t factor = 1;
  std::int64_t step = 1;  ///< elements of the index inside one iteration
  Pass pass = Pass::Each;
  bool slides = false;  ///< an iteration keeps what the one before it held
};

/// The tile's extents and the loops outside it.
struct TileSequence {
  std::vector<std::int64_t> extents;  ///< of one tile, per index
  std::vector<OuterLoop> loops;       ///< outermost first
};

/// The elements of `tensor` that are moved when its tile takes all the places that the loops give it.
/// `boxes`: a window with holes counts as its bounding box.
/// The count is a product over the axes of the tensor and the indices that it does not depend on, because the
/// iterations are a grid: an axis with one index contributes the elements it covers, an index that the tensor
/// does not depend on contributes its iterations, and an axis with a sum of indices (a sliding window) is counted
/// by the few kinds of places that its tiles can have (docs/model.md, "Counting words").
std::int64_t words(const Workload& workload, std::size_t tensor, const TileSequence& sequence, bool boxes = false);

/// The elements of `tensor` in one tile with these extents.
std::int64_t tile_words(const Workload& workload, std::size_t tensor, const std::vector<std::int64_t>& extents,
                        bool boxes = false);

/// The iterations of all indices that the loops run through.
std::int64_t iterations(const Workload& workload, const TileSequence& sequence);

}  // namespace pj
