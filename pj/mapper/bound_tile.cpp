#include <algorithm>
#include <limits>

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

void Bounder::begin_tile(const Mapping& mapping, std::size_t stage) {
  tile_stage_ = stage;
  tile_keeps_ = 0;
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
  tile_sliding_.assign(workload_.tensors.size(), {});
  std::uint32_t left = 0;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    left |= nest_.left(index) > 1 ? 1U << index : 0;
  }
  nest_.push(stage_of({}, ~std::uint32_t{0}));
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    tile_keeps_ |= mapping.stages[stage].keeps[tensor] ? 1U << tensor : 0;
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

double Bounder::quick_tile_bound(const SupplyFront& tiles) {
  return total(tile_staying_, tile_stage_, &tiles);
}

double Bounder::tile_bound(const std::vector<Loop>& loops, std::uint32_t open, const SupplyFront& tiles) {
  fanouts_left_ = false;
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
    const bool moves = innermost < workload_.indices.size() && nest_.depends(tensor, innermost);
    const Outside outside{!moves                            ? Outside::Kind::Stays
                          : nest_.slides(tensor, innermost) ? Outside::Kind::Slides
                                                            : Outside::Kind::Moves,
                          innermost};
    const Way way = nest.way(tensor, stage, stage);
    const bool may_count = (boxes_with_holes_ >> tensor & 1U) == 0 || (open & nest_.sliding(tensor)) == 0;
    const auto passes = std::find(passing.begin(), passing.end(), tensor);
    if (passes != passing.end()) {
      Supply::Passage& passage = supply.passes[static_cast<std::size_t>(passes - passing.begin())];
      passage.held = unfinished(nest, way, outside);
      passage.fresh = unfinished(nest, way, {Outside::Kind::Moves});
    } else if ((keeps_[stage] >> tensor & 1U) != 0 && may_count) {
      supply.kept += inner_end(nest, way, outside) + unfinished(nest, way, outside) - tables_[tensor].supply[stage];
    }
  }
  supply.kept = std::max(0.0, supply.kept);
  return supply;
}

SupplyFront Bounder::supplies_between(std::size_t stage, const std::vector<std::int64_t>& smallest,
                                      const std::vector<std::int64_t>& largest) {
  fanouts_left_ = false;
  StageMapping tile;
  std::uint32_t open = 0;
  for (std::size_t i = 0; i < largest.size(); ++i) {
    open |= smallest[i] < largest[i] ? 1U << i : 0;
    if (largest[i] > 1) {
      tile.loops.push_back({i, largest[i]});
    }
  }
  PartialNest& nest = tiles_[stage];
  nest.push(tile);
  SupplyFront front;
  const auto passes = passing(stage);
  const auto add = [&](std::size_t innermost) {
    Supply supply = supply_under(nest, stage, innermost, open, passes);
    for (std::size_t i = 0; i < passes.size(); ++i) {
      supply.passes[i].words = static_cast<double>(tile_words(workload_, passes[i], smallest));
    }
    front.add(supply);
  };
  for (std::size_t index = 0; index < largest.size(); ++index) {
    if (nest.left(index) > 1 || (open >> index & 1U) != 0) {
      add(index);
    }
  }
  if (front.points.empty()) {
    add(largest.size());
  }
  nest.pop();
  return front;
}

}  // namespace pj
