#include "pj/mapping/count.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/mapping/window.hpp"

namespace pj {

namespace {

/// Runs through the tiles of one index and adds up, for each, 1 or the elements in it. `rest` is what is left of
/// the index at this point; only the last tile can be cut short.
std::int64_t sum_over_tiles(const TileSequence& sequence, std::size_t index, std::size_t loop, std::int64_t rest,
                            bool count_elements, bool merge) {
  while (loop < sequence.loops.size() && sequence.loops[loop].index != index) {
    ++loop;
  }
  if (loop == sequence.loops.size()) {
    return count_elements ? std::min(rest, sequence.extents[index]) : 1;
  }
  const OuterLoop& outer = sequence.loops[loop];
  const bool once = outer.pass == Pass::Once || (merge && outer.pass != Pass::Each);
  const auto inside = [&](std::int64_t size) {
    return sum_over_tiles(sequence, index, loop + 1, size, count_elements, merge);
  };
  const std::int64_t tiles = once ? 1 : std::min(outer.factor, ceil_div(rest, outer.step));
  const std::int64_t last = std::min(outer.step, rest - (tiles - 1) * outer.step);
  return (tiles > 1 ? (tiles - 1) * inside(outer.step) : 0) + inside(last);
}

/// An axis of which every tile is a run of elements of its own: one index, no holes to fill.
bool is_plain(const Workload& workload, const Axis& axis, bool boxes) {
  const auto varies = [&](const Term& term) { return workload.indices[term.index].size > 1; };
  const auto count = std::count_if(axis.begin(), axis.end(), varies);
  return count == 0 || (count == 1 && (!boxes || std::find_if(axis.begin(), axis.end(), varies)->coefficient == 1));
}

}  // namespace

std::int64_t words(const Workload& workload, std::size_t tensor, const TileSequence& sequence, bool boxes) {
  const Operand& operand = workload.tensors[tensor];
  std::int64_t count = 1;
  for (const Axis& axis : operand.axes) {
    if (!is_plain(workload, axis, boxes)) {
      count *= window_words(workload, axis, sequence, boxes);
      continue;
    }
    for (const Term& term : axis) {
      count *= sum_over_tiles(sequence, term.index, 0, workload.indices[term.index].size, true, false);
    }
  }
  for (std::size_t index = 0; index < workload.indices.size(); ++index) {
    if (!operand.depends_on(index)) {
      count *= sum_over_tiles(sequence, index, 0, workload.indices[index].size, false, true);
    }
  }
  return count;
}

std::int64_t tile_words(const Workload& workload, std::size_t tensor, const std::vector<std::int64_t>& extents,
                        bool boxes) {
  std::int64_t count = 1;
  for (const Axis& axis : workload.tensors[tensor].axes) {
    count *= window_size(workload, axis, extents, boxes);
  }
  return count;
}

std::int64_t iterations(const Workload& workload, const TileSequence& sequence) {
  std::int64_t count = 1;
  for (std::size_t index = 0; index < workload.indices.size(); ++index) {
    count *= sum_over_tiles(sequence, index, 0, workload.indices[index].size, false, true);
  }
  return count;
}

}  // namespace pj
