#include "pj/mapper/reasons.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

/// How often an index can be cut at a stage.
std::int64_t most_cuts(const Stage& stage, const std::string& index) {
  if (const auto* level = std::get_if<Level>(&stage)) {
    return admits(level->loops, index) ? std::int64_t{1} << 62 : 1;
  }
  std::int64_t cuts = 1;
  for (const FanoutAxis& axis : std::get<Fanout>(stage).axes) {
    cuts *= admits(axis.indices, index) ? axis.size : 1;
  }
  return cuts;
}

/// How often the stages from the outermost to before `end` can cut an index; at least its size where they need not
/// stop.
std::int64_t most_cuts(const Accelerator& accelerator, std::size_t end, const Index& index) {
  std::int64_t cuts = 1;
  for (std::size_t s = 0; s < end; ++s) {
    cuts = checked_product(cuts, most_cuts(accelerator.stages[s], index.name)).value_or(index.size);
  }
  return cuts;
}

/// The smallest extents of a tile at each stage: what the stages outside cannot cut into more parts, and the whole
/// index where this or a level inside demands it. An index that all stages together cannot cover sets no size.
std::vector<std::vector<std::int64_t>> smallest_tiles(const Workload& workload, const Accelerator& accelerator) {
  const std::size_t stages = accelerator.stages.size();
  std::vector<std::vector<std::int64_t>> result(stages);
  for (const Index& index : workload.indices) {
    const bool is_covered = most_cuts(accelerator, stages, index) >= index.size;
    bool is_whole = false;
    for (std::size_t s = stages; s-- > 0;) {
      const auto* level = std::get_if<Level>(&accelerator.stages[s]);
      is_whole = is_whole || (level != nullptr &&
                              std::find(level->whole.begin(), level->whole.end(), index.name) != level->whole.end());
      const std::int64_t cuts = is_whole ? 1 : is_covered ? most_cuts(accelerator, s, index) : index.size;
      result[s].push_back(ceil_div(index.size, cuts));
    }
  }
  return result;
}

/// What one level's capacity lacks; `stage` is left to the caller.
std::optional<Shortage> too_small(const Workload& workload, const Accelerator& accelerator, const Level& level,
                                  const std::vector<std::int64_t>& extents) {
  Bits shared{0};
  for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
    const Operand& tensor = workload.tensors[t];
    if (!must_keep(level, tensor.name)) {
      continue;
    }
    const Bits need = (level.double_buffered ? 2 : 1) * tile_bits(workload, accelerator, t, extents);
    shared = shared + need;
    const auto own = level.partitions.find(tensor.name);
    if (own != level.partitions.end() && need > own->second) {
      return Shortage{0, tensor.name, need, own->second};
    }
  }
  if (level.partitions.empty() && level.capacity && shared > *level.capacity) {
    return Shortage{0, "", shared, *level.capacity};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Shortage> shortage(const Workload& workload, const Accelerator& accelerator) {
  const auto tiles = smallest_tiles(workload, accelerator);
  for (std::size_t s = accelerator.stages.size(); s-- > 0;) {
    if (const auto* level = std::get_if<Level>(&accelerator.stages[s])) {
      if (auto found = too_small(workload, accelerator, *level, tiles[s])) {
        found->stage = s;
        return found;
      }
    }
  }
  return std::nullopt;
}

std::string why_nothing_fits(const Workload& workload, const Accelerator& accelerator) {
  if (const auto short_of = shortage(workload, accelerator)) {
    const auto& level = std::get<Level>(accelerator.stages[short_of->stage]);
    return level.name + " must keep at least " + binary_size(short_of->need.value) +
           (short_of->tensor.empty() ? "" : " of " + short_of->tensor) + " and has " +
           binary_size(short_of->has.value) + "; " + binary_size(short_of->need.value - short_of->has.value) +
           " more would do";
  }
  for (const Index& index : workload.indices) {
    const std::int64_t cuts = most_cuts(accelerator, accelerator.stages.size(), index);
    if (cuts < index.size) {
      return "the constraints leave room for " + std::to_string(cuts) + " of the " + std::to_string(index.size) +
             " elements of index " + index.name + "; allow it in the 'loops' of a level";
    }
  }
  return "the constraints of the machine file exclude every mapping; relax 'loops', 'whole', 'keeps' or 'must_keep'";
}

}  // namespace pj
