#include <algorithm>
#include <limits>

#include "pj/base/arithmetic.hpp"
#include "pj/mapper/bound.hpp"

namespace pj {

const StageMapping& Bounder::stage_of(const std::vector<Loop>& loops, std::uint32_t open) {
  StageMapping& stage = scratch_stage_;
  stage.loops = loops;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    if ((open >> index & 1U) != 0 && nest_.left(index) > 1) {
      stage.loops.push_back({index, nest_.left(index)});
    }
  }
  return stage;
}

void Bounder::collect_tile_keeps(const Mapping& mapping) {
  tile_keeps_ = 0;
  inner_from_ = from_;
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    if (mapping.stages[tile_stage_].keeps[tensor]) {
      tile_keeps_ |= 1U << tensor;
      inner_from_[tensor].push_back(tile_stage_);
    }
  }
}

void Bounder::begin_tile(const Mapping& mapping, std::size_t stage) {
  tile_stage_ = stage;
  tile_passing_ = passing(stage);
  for (const std::size_t tensor : tile_passing_) {
    passing_ |= 1U << tensor;
  }
  fanouts_left_ = false;
  collect_ways(mapping, stage + 1);
  inner_ways_ = ways_;
  tile_staying_.clear();
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    tile_staying_.push_back(tensor_energy(tensor, {Outside::Kind::Least}));
  }
  collect_tile_keeps(mapping);
  tile_sliding_.assign(workload_.tensors.size(), {});
  std::uint32_t left = 0;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    left |= nest_.left(index) > 1 ? 1U << index : 0;
  }
  nest_.push(stage_of({}, ~std::uint32_t{0}));
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    auto ways = inner_ways_[tensor];
    for (Way& way : ways) {
      way.open = false;
    }
    const Parts moving = inner_energy(tensor, ways);
    for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
      for (std::size_t i = 0; i < ways.size(); ++i) {
        const bool open = inner_ways_[tensor][i].open;
        ways[i].slide_stage = open ? stage : inner_ways_[tensor][i].slide_stage;
        ways[i].slide_index = open ? index : inner_ways_[tensor][i].slide_index;
      }
      tile_sliding_[tensor].push_back((left & nest_.sliding(tensor) & (1U << index)) != 0 ? inner_energy(tensor, ways)
                                                                                          : moving);
    }
  }
  nest_.pop();
}

/// What a tensor's tiles inside the level cost, and at least what supplies the level, or the ways that bypass it.
Bounder::Parts Bounder::inner_energy(std::size_t tensor, const std::vector<Way>& ways) {
  const Outside least{Outside::Kind::Least};
  if (is_handed_on(tensor)) {
    return sums_energy(tensor, ways, inner_from_[tensor], least);
  }
  Parts total;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const bool last = i + 1 == ways.size();
    const bool kept = (tile_keeps_ >> tensor & 1U) != 0;
    if (last && !kept) {
      total += path_energy(ways[i], accelerator_.stages.size(), least);
      total.holds = tile_staying_[tensor].holds;
      continue;
    }
    total += path_energy(ways[i], last ? tile_stage_ : from_[tensor][i], least);
    total.done += last ? tables_[tensor].supply[tile_stage_] : 0.0;
  }
  return total;
}

/// The least for a tensor whose tiles the level's innermost loop leaves in place: all loops that can do so come first.
/// The loops in `moved` are there; those over the indices in `open` may be there.
Bounder::Parts Bounder::best_staying(std::size_t tensor, const std::vector<Loop>& loops, std::uint32_t moved,
                                     std::uint32_t open) {
  auto& ways = scratch_ways_ = inner_ways_[tensor];
  const std::uint32_t relevant = nest_.relevant(tensor);
  const bool closes = (moved & relevant) != 0 && (open & nest_.sliding(tensor)) == 0;
  nest_.push(stage_of(loops, open & ~relevant));
  for (Way& way : ways) {
    way.least = way.open && !closes;
    way.stays[tile_stage_] = way.open ? (moved | open) & ~relevant : 0;
    way.open = way.open && !closes;
  }
  Parts least = inner_energy(tensor, ways);
  for (std::size_t index = 0; closes && index < workload_.indices.size(); ++index) {
    if ((moved & nest_.sliding(tensor) & (1U << index)) != 0) {
      for (std::size_t i = 0; i < ways.size(); ++i) {
        ways[i].slide_stage = inner_ways_[tensor][i].open ? tile_stage_ : ways[i].slide_stage;
        ways[i].slide_index = inner_ways_[tensor][i].open ? index : ways[i].slide_index;
      }
      const Parts sliding = inner_energy(tensor, ways);
      least = {std::min(least.done, sliding.done), std::min(least.open, sliding.open), least.holds};
    }
  }
  nest_.pop();
  return least;
}

/// Can the stages outside the level run through the tiles that these loops leave of each index that is not open?
bool Bounder::can_cover_rest(const std::vector<Loop>& loops, std::uint32_t open) const {
  Copies left;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    left[index] = (open >> index & 1U) != 0 ? 1 : nest_.left(index);
  }
  for (const Loop& loop : loops) {
    left[loop.index] = ceil_div(left[loop.index], loop.factor);
  }
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    if (!can_cover(tile_stage_, index, left[index])) {
      return false;
    }
  }
  return true;
}

double Bounder::quick_tile_bound(const SupplyFront& tiles) {
  return total(tile_staying_, tile_stage_, &tiles);
}

double Bounder::tile_bound(const std::vector<Loop>& loops, std::uint32_t open, const SupplyFront& tiles) {
  fanouts_left_ = false;
  if (!can_cover_rest(loops, open)) {
    return std::numeric_limits<double>::infinity();
  }
  std::uint32_t moved = 0;
  for (const Loop& loop : loops) {
    moved |= 1U << loop.index;
  }
  std::uint32_t may_move = moved;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    may_move |= (open >> index & 1U) != 0 && nest_.left(index) > 1 ? 1U << index : 0;
  }
  staying_.clear();
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    staying_.push_back(best_staying(tensor, loops, moved, may_move & ~moved));
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    if (may_move != 0 && (may_move >> index & 1U) == 0) {
      continue;
    }
    over_index_ = staying_;
    for (std::size_t tensor = 0; tensor < staying_.size(); ++tensor) {
      if (moved != 0 && nest_.depends(tensor, index)) {
        over_index_[tensor] = tile_sliding_[tensor][index];
      }
    }
    least = std::min(least, total(over_index_, tile_stage_, &tiles));
  }
  return least;
}

const SupplyFront& Bounder::supplies(std::size_t stage, const std::vector<std::int64_t>& extents, std::uint32_t open) {
  Fingerprint key;
  key.add(stage);
  key.add(std::uint64_t{open});
  for (const std::uint32_t decided : keeps_) {
    key.add(std::uint64_t{decided});
  }
  for (std::size_t i = 0; i < extents.size(); ++i) {
    key.add((open >> i & 1U) != 0 ? 0 : extents[i]);
  }
  const auto [front, is_new] = supplies_.find_or_add(key);
  if (is_new) {
    auto smallest = extents;
    auto largest = extents;
    for (std::size_t i = 0; i < extents.size(); ++i) {
      smallest[i] = (open >> i & 1U) != 0 ? 1 : extents[i];
      largest[i] = (open >> i & 1U) != 0 ? workload_.indices[i].size : extents[i];
    }
    front = supplies_between(stage, smallest, largest);
  }
  return front;
}

/// What bringing the tile of a nest that has only this stage costs where the loop over the index `innermost` is the
/// innermost outside.
Supply Bounder::supply_under(PartialNest& nest, std::size_t stage, std::size_t innermost, std::uint32_t open,
                             const std::vector<std::size_t>& passing) {
  Supply supply;
  for (std::size_t tensor = 0; tensor < tables_.size(); ++tensor) {
    const auto passes = std::find(passing.begin(), passing.end(), tensor);
    const bool may_count = (boxes_with_holes_ >> tensor & 1U) == 0 || (open & nest_.sliding(tensor)) == 0;
    const bool kept = (keeps_[stage] >> tensor & 1U) != 0 && may_count;
    if (is_handed_on(tensor) || (passes == passing.end() && !kept)) {
      continue;  // an output that is handed on is bounded as a whole
    }
    const bool never_stays = nest_.never_stays(tensor, stage);
    const bool moves = innermost < workload_.indices.size() && (never_stays || nest_.depends(tensor, innermost));
    const bool slides = moves && !never_stays && nest_.slides(tensor, innermost);
    const double brought = slides  ? tile_supply(nest, tensor, stage, {Outside::Kind::Slides, innermost})
                           : moves ? known_supply(moving_supply_, nest, tensor, stage, Outside::Kind::Moves)
                                   : known_supply(staying_supply_, nest, tensor, stage, Outside::Kind::Stays);
    if (passes != passing.end()) {
      Supply::Passage& passage = supply.passes[static_cast<std::size_t>(passes - passing.begin())];
      passage.held = brought;
      passage.fresh = known_supply(moving_supply_, nest, tensor, stage, Outside::Kind::Moves);
    } else {
      supply.kept += brought - tables_[tensor].supply[stage];
    }
  }
  supply.kept = std::max(0.0, supply.kept);
  return supply;
}

/// What a tensor's tile of a nest that has only this stage costs to bring, and to fill where the stage keeps it.
double Bounder::tile_supply(PartialNest& nest, std::size_t tensor, std::size_t stage, const Outside& outside) {
  const Way way = nest.way(tensor, stage, stage);
  const bool kept = (keeps_[stage] >> tensor & 1U) != 0;
  return (kept ? inner_end(nest, way, outside) : 0.0) + unfinished(nest, way, outside);
}

/// The same, computed once for all innermost loops of one tile.
double Bounder::known_supply(std::vector<std::optional<double>>& known, PartialNest& nest, std::size_t tensor,
                             std::size_t stage, Outside::Kind kind) {
  if (!known[tensor]) {
    known[tensor] = tile_supply(nest, tensor, stage, {kind});
  }
  return *known[tensor];
}

SupplyFront Bounder::supplies_between(std::size_t stage, const std::vector<std::int64_t>& smallest,
                                      const std::vector<std::int64_t>& largest) {
  fanouts_left_ = false;
  StageMapping tile;
  std::uint32_t open = 0;
  for (std::size_t i = 0; i < largest.size(); ++i) {
    if (!can_cover(stage, i, ceil_div(workload_.indices[i].size, largest[i]))) {
      return {};  // no mapping has such tiles, nor smaller ones
    }
    open |= smallest[i] < largest[i] ? 1U << i : 0;
    if (largest[i] > 1) {
      tile.loops.push_back({i, largest[i]});
    }
  }
  PartialNest& nest = tiles_[stage];
  nest.push(tile);
  SupplyFront front;
  const auto passes = passing(stage);
  staying_supply_.assign(tables_.size(), std::nullopt);
  moving_supply_.assign(tables_.size(), std::nullopt);
  for (std::size_t index = 0; index < largest.size(); ++index) {
    if (nest.left(index) > 1 || (open >> index & 1U) != 0) {
      front.add(supply_under(nest, stage, index, open, passes));
    }
  }
  if (front.points.empty()) {
    front.add(supply_under(nest, stage, largest.size(), open, passes));
  }
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const auto words = static_cast<double>(tile_words(workload_, passes[i], smallest));
    for (Supply& point : front.points) {
      point.passes[i].words = words;
    }
  }
  nest.pop();
  return front;
}

}  // namespace pj
