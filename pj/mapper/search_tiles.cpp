#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/mapper/search.hpp"

namespace pj {

/// The choices for a level with no fanout further out.
std::vector<Search::Choice> Search::choices(std::size_t at) {
  std::vector<Choice> found;
  if (at > 0) {
    bounder_.begin_tile(mapping_, at);
  }
  tile(std::get<Level>(accelerator_.stages[at]), at, 0, found);
  sort(found);
  return found;
}

/// Chooses a factor for each index from the position on, and prices the result in every useful order.
void Search::tile(const Level& level, std::size_t at, std::size_t position, std::vector<Choice>& found) {
  if (position == left_.size()) {
    order(at, found);
    return;
  }
  const std::size_t index = sequence_[position];
  const std::int64_t tiles = left_[index];
  const std::int64_t extent = extents_[index];
  if (interrupted()) {
    return;
  }
  const std::vector<std::int64_t> factors = fitting_factors(level, at, index);
  // Behind a fanout, ragged tiles can leave its copies more or less evenly busy.
  const bool balanced = block_ == nullptr || options_.perfect_factors;
  const bool nothing_new = factors.size() == 1 && (tiles == 1 || block_ != nullptr);
  bool cut = false;
  for (std::size_t i = factors.size(); i-- > 0;) {
    // Among the factors that leave several tiles, a smaller one serves every tile that is kept less: once one is
    // cut, those below it are, down to 1, which leaves the choice to the levels outside.
    if (cut && factors[i] > 1) {
      continue;
    }
    set(at, index, factors[i], extent * factors[i]);
    const bool can_win = nothing_new || tile_can_win(at, position + 1);
    cut = cut || (!can_win && balanced && left_[index] > 1 && factors_.is_monotone(index));
    if (can_win) {
      tile(level, at, position + 1, found);
    }
    unset(at, index, factors[i], extent, tiles);
  }
}

/// The factors of an index that the level allows and whose tiles fit; larger ones need more.
std::vector<std::int64_t> Search::fitting_factors(const Level& level, std::size_t at, std::size_t index) {
  const std::string& name = workload_.indices[index].name;
  const bool allowed = admits(level.loops, name);
  const bool whole = std::find(level.whole.begin(), level.whole.end(), name) != level.whole.end();
  const std::int64_t extent = extents_[index];
  const auto fits = [&](std::int64_t factor) {
    extents_[index] = extent * factor;
    return fits_so_far(at);
  };
  const auto& factors = factors_.of(index, left_[index]);
  const auto end = std::partition_point(factors.begin(), factors.end(), fits);
  result_.certificate.cut_by_capacity += factors.end() - end;
  std::vector<std::int64_t> fitting;
  for (auto factor = factors.begin(); factor != end; ++factor) {
    const bool covers = extent * *factor >= workload_.indices[index].size;
    if ((*factor == 1 || allowed) && ((at > 0 && !whole) || covers) &&
        leaves_copies(at, index, ceil_div(left_[index], *factor))) {
      fitting.push_back(*factor);
    }
  }
  extents_[index] = extent;
  return fitting;
}

/// Can the copies of the block be used where a level inside the fanout leaves so many tiles?
bool Search::leaves_copies(std::size_t at, std::size_t index, std::int64_t tiles) const {
  const std::int64_t copies = block_ == nullptr ? 1 : (*block_->copies)[index];
  return block_ == nullptr || (at > fanout_ + 1 ? copies <= tiles : spreads_[fanout_]->pays(index, copies, tiles));
}

bool Search::fits_so_far(std::size_t at) const {
  const auto& level = std::get<Level>(accelerator_.stages[at]);
  if (!level.capacity && level.partitions.empty()) {
    return true;
  }
  Bits shared{0};
  for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
    if (mapping_.stages[at].keeps[t]) {
      const Bits need = (level.double_buffered ? 2 : 1) * tile_bits(workload_, accelerator_, t, extents_);
      shared = shared + need;
      const auto own = level.partitions.find(workload_.tensors[t].name);
      if (own != level.partitions.end() && need > own->second) {
        return false;
      }
    }
  }
  return !level.partitions.empty() || shared <= *level.capacity;
}

void Search::set(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent) {
  extents_[index] = extent;
  left_[index] = ceil_div(workload_.indices[index].size, extent);
  if (factor > 1) {
    mapping_.stages[at].loops.push_back({index, factor});
  }
}

void Search::unset(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent, std::int64_t tiles) {
  extents_[index] = extent;
  left_[index] = tiles;
  if (factor > 1) {
    mapping_.stages[at].loops.pop_back();
  }
}

/// Can a tile of which the indices from the position `next` on are still open become part of a mapping better than the
/// best?
bool Search::tile_can_win(std::size_t at, std::size_t next) {
  if (block_ != nullptr) {
    return block_tile_can_win(at, next);
  }
  if (at == 0 || !options_.rules.tiles) {
    return true;
  }
  std::uint32_t open = 0;
  for (std::size_t position = next; position < left_.size(); ++position) {
    open |= 1U << sequence_[position];
  }
  const SupplyFront& tiles = bounder_.supplies(at, extents_, open);
  const auto wins = [&](double energy) {
    return can_win(objective_pair(options_.objective, energy, delay_inside_), delay_inside_);
  };
  if (wins(bounder_.quick_tile_bound(tiles)) && wins(bounder_.tile_bound(mapping_.stages[at].loops, open, tiles))) {
    return true;
  }
  ++result_.certificate.cut_by_bound;
  return false;
}

/// Can a tile inside a fanout, of which the indices from the position `next` on are still open, become part of a
/// mapping better than the best? At best the open ones have the largest factors that fit: larger tiles never move more
/// words. (Unless copies further out could share what loops outside the tile move.)
bool Search::block_tile_can_win(std::size_t at, std::size_t next) {
  if (at > fanout_ + 1 || next == left_.size() || !orders_are_equal_ || !bounder_.bounds_tiles(fanout_) ||
      !options_.rules.tiles) {
    return true;
  }
  StageMapping& tile = scratch_tile_;
  tile.loops = mapping_.stages[at].loops;
  std::uint32_t chosen = ~0U;
  for (std::size_t position = next; position < left_.size(); ++position) {
    const std::size_t index = sequence_[position];
    const std::vector<std::int64_t> factors = fitting_factors(std::get<Level>(accelerator_.stages[at]), at, index);
    if (factors.empty()) {
      return false;
    }
    const std::int64_t copies = (*block_->copies)[index];
    const std::int64_t most = factors.back();
    const bool some_idle = ceil_div(left_[index], most) < copies && bounder_.output_meets(index);
    if (some_idle ||
        (most > 1 && (!factors_.is_monotone(index) || bounder_.copies_meet(index, mapping_.stages[at].keeps)))) {
      return true;
    }
    if (most > 1) {
      tile.loops.push_back({index, most});
    }
    chosen &= ~(1U << index);
  }
  bounder_.push(tile);
  bounder_.push(spread_loops_);
  bounder_.bound(mapping_);
  const bool wins =
      can_win(objective_pair(options_.objective, bounder_.energy_bound(), block_->delay), block_->delay) &&
      supplies_can_win(fanout_, *block_->copies, chosen, block_->delay);
  bounder_.pop();
  bounder_.pop();
  result_.certificate.cut_by_bound += wins ? 0 : 1;
  return wins;
}

void Search::order(std::size_t at, std::vector<Choice>& found) {
  if (symmetric_ && is_mirrored(symmetry_, extents_)) {
    return;
  }
  const std::vector<Loop> loops = mapping_.stages[at].loops;
  for (const auto& order : all_orders_ ? all_orders(loops) : useful_orders(workload_, accelerator_, mapping_, at)) {
    mapping_.stages[at].loops = order;
    bounder_.push(mapping_.stages[at]);
    if (block_ == nullptr) {
      price(at, bounder_.bound(mapping_), found);
    } else {
      price_in_block(at, found);
    }
    bounder_.pop();
  }
  mapping_.stages[at].loops = loops;
}

void Search::price_in_block(std::size_t at, std::vector<Choice>& found) {
  if (at > fanout_ + 1) {
    bounder_.begin_spread(mapping_, fanout_);
    price(at, bounder_.spread_bound(mapping_, *block_->copies), found);
  } else {
    bounder_.push(spread_loops_);
    price(at, bounder_.bound(mapping_), found);
    bounder_.pop();
  }
}

void Search::price(std::size_t at, const OrderedPair& bound, std::vector<Choice>& found) {
  ++result_.certificate.candidates;
  const double delay = bounder_.delay_bound();
  const bool whole_block = block_ != nullptr && at == fanout_ + 1 && bounder_.bounds_tiles(fanout_);
  if (can_win(bound, delay) && (!whole_block || supplies_can_win(fanout_, *block_->copies, ~0U, delay))) {
    found.push_back({bound, delay, mapping_.stages[at].loops});
  } else {
    ++result_.certificate.cut_by_bound;
  }
}

}  // namespace pj
