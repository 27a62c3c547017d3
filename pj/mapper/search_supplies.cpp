#include <algorithm>
#include <functional>
#include <limits>

#include "pj/base/arithmetic.hpp"
#include "pj/mapper/search.hpp"

namespace pj {

namespace {

/// More tiles than these are taken together: when the supplies of a level are bounded, and when its cheap tiles are
/// listed.
constexpr double most_front_tiles = 1e5, most_cheap_tiles = 1e7;

/// A list with more tiles would cost more than it saves.
constexpr std::size_t most_listed = 20000;

/// A list for some extents alone is made only where it has at most so many tiles, as there are many such lists.
constexpr double most_fixed_tiles = 10000;

/// All lists together have at most so many tiles (some 100 MB); then they are made anew.
constexpr std::size_t most_listed_in_all = 500'000;

/// A list is made for somewhat dearer tiles than is asked, as the next question may be for these.
constexpr double limit_margin = 1.1;

/// Of an index: its extent is not fixed.
constexpr std::int64_t any_extent = 0;

/// Was something chosen for the index before this one, and is there more to choose? Or is all chosen?
template <class Ranges>
bool is_worth_pricing(const Ranges& ranges, std::size_t index) {
  const auto is_choice = [](const auto& range) { return range.size() > 1; };
  const auto next = ranges.begin() + static_cast<std::ptrdiff_t>(index);
  return next == ranges.end() || ((index == 0 || is_choice(*(next - 1))) && std::any_of(next, ranges.end(), is_choice));
}

}  // namespace

/// The supplies of all tiles that fit a level; what all levels keep is decided.
const SupplyFront& Search::front(std::size_t at) {
  KeepSet keeps = bounder_.decided_keeps();
  keeps.push_back(static_cast<std::uint32_t>(at));
  const auto [known, is_new] = fronts_.try_emplace(std::move(keeps));
  if (is_new) {
    const auto extents = std::exchange(extents_, std::vector<std::int64_t>(extents_.size(), 1));
    known->second.passes = bounder_.passing(at).size() <= 1 && bounder_.passes_unkept(at);
    extend_front(at, extent_ranges(at, std::vector<std::int64_t>(whole_.size(), any_extent), most_front_tiles), whole_,
                 known->second);
    extents_ = extents;
  }
  return known->second;
}

/// For each index the extents that a level's tiles can have, in ranges from a smallest to a largest one; of those in
/// `fixed` only the one that it says. There are at most `most_tiles` tiles of such ranges.
Search::Ranges Search::extent_ranges(std::size_t at, const std::vector<std::int64_t>& fixed, double most_tiles) {
  const auto& whole = std::get<Level>(accelerator_.stages[at]).whole;
  Ranges ranges(whole_.size());
  double tiles = 1.0;
  for (std::size_t index = 0; index < whole_.size(); ++index) {
    const bool is_whole = std::find(whole.begin(), whole.end(), workload_.indices[index].name) != whole.end();
    const std::int64_t only = fixed[index] == any_extent && is_whole ? whole_[index] : fixed[index];
    for (const std::int64_t extent : only == any_extent ? factors_.of(index, whole_[index]) : std::vector{only}) {
      ranges[index].push_back({extent, extent});
    }
    tiles *= static_cast<double>(ranges[index].size());
  }
  while (tiles > most_tiles) {
    auto& longest = *std::max_element(ranges.begin(), ranges.end(),
                                      [](const auto& a, const auto& b) { return a.size() < b.size(); });
    tiles /= static_cast<double>(longest.size());
    for (std::size_t i = 0; i < longest.size(); ++i) {
      const Range upper = i + 1 < longest.size() ? longest[i + 1] : longest[i];
      longest[i].largest = upper.largest;
      longest.erase(longest.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    longest.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, longest.size())));
    }
    tiles *= static_cast<double>(longest.size());
  }
  return ranges;
}

/// Chooses an extent of each index from that on which has not been chosen; `extents_` are the smallest, `largest` the
/// largest of their ranges. No tile of these ranges costs less than the largest, nor needs less than the smallest.
void Search::extend_front(std::size_t at, const Ranges& ranges, std::vector<std::int64_t> largest, SupplyFront& front,
                          std::size_t index) {
  auto points = bounder_.supplies_between(at, extents_, largest).points;
  for (Supply& point : points) {
    point.passes = front.passes ? point.passes : decltype(point.passes){};
  }
  if (interrupted() ||
      std::all_of(points.begin(), points.end(), [&](const Supply& point) { return front.covers(point); })) {
    return;
  }
  if (index == ranges.size()) {
    for (const Supply& point : points) {
      front.add(point);
    }
    return;
  }
  for (std::size_t i = ranges[index].size(); i-- > 0;) {
    extents_[index] = ranges[index][i].smallest;
    largest[index] = ranges[index][i].largest;
    if (fits_so_far(at)) {
      extend_front(at, ranges, largest, front, index + 1);
    }
  }
  extents_[index] = 1;
}

/// Can the last bound be reached where the tiles outside hold the extents inside in all copies? All levels inside the
/// fanout have chosen their loops over the indices in the mask `chosen`; the others can become larger.
bool Search::supplies_can_win(std::size_t fanout, const Copies& copies, std::uint32_t chosen, double delay) {
  const double limit = energy_limit(delay);
  if (!options_.rules.supplies || limit == std::numeric_limits<double>::infinity()) {
    return true;
  }
  std::vector<std::int64_t> most;
  for (std::size_t index = 0; index < whole_.size(); ++index) {
    most.push_back(ceil_div(whole_[index], extents_[index] * copies[index]));
  }
  const auto can_win_at = [&](std::size_t at) {
    const double spare = limit - bounder_.least_without_front(at);
    const auto& tiles = cheap_tiles(at, fixed_extents(at, fanout, copies, chosen), spare);
    const auto end = std::partition_point(tiles.begin(), tiles.end(),
                                          [&](const CheapTile& tile) { return tile.supply.least() < spare; });
    return std::any_of(tiles.begin(), end, [&](const CheapTile& tile) {
      return std::equal(most.begin(), most.end(), tile.tiles.begin(), std::greater_equal<>()) &&
             bounder_.reaches(at, tile.supply, limit);
    });
  };
  for (std::size_t at = 1; at < fanout; ++at) {
    if (bounder_.knows_supplies(at) && !can_win_at(at)) {
      return false;
    }
  }
  return true;
}

/// The extents in the tiles of a level of those chosen indices over which it and the levels between it and the fanout
/// have no loops; of none where the others leave so many tiles that one list has to serve for all.
std::vector<std::int64_t> Search::fixed_extents(std::size_t at, std::size_t fanout, const Copies& copies,
                                                std::uint32_t chosen) {
  std::uint32_t may_grow = ~chosen;
  for (std::size_t stage = at; stage < fanout; ++stage) {
    may_grow |= bounder_.loops_at(stage);
  }
  std::vector<std::int64_t> fixed(whole_.size(), any_extent);
  double tiles = 1.0;
  for (std::size_t index = 0; index < whole_.size(); ++index) {
    if ((may_grow >> index & 1U) == 0) {
      fixed[index] = extents_[index] * copies[index];
    } else {
      tiles *= static_cast<double>(factors_.of(index, whole_[index]).size());
    }
  }
  return tiles <= most_fixed_tiles ? fixed : std::vector<std::int64_t>(whole_.size(), any_extent);
}

/// All tiles that fit a level and whose supplies cost less than `limit`, the cheapest first, but for those that lie in
/// another one. What all levels keep is decided.
const std::vector<Search::CheapTile>& Search::cheap_tiles(std::size_t at, const std::vector<std::int64_t>& fixed,
                                                          double limit) {
  KeepSet keeps = bounder_.decided_keeps();
  keeps.push_back(static_cast<std::uint32_t>(at));
  const std::pair key{std::move(keeps), fixed};
  if (const auto found = cheap_tiles_.find(key); found != cheap_tiles_.end() && found->second.limit >= limit) {
    return found->second.tiles;
  }
  if (listed_ > most_listed_in_all) {
    cheap_tiles_.clear();
    listed_ = 0;
  }
  CheapTiles& known = cheap_tiles_[key];
  listed_ -= known.tiles.size();
  const auto extents = std::exchange(extents_, std::vector<std::int64_t>(extents_.size(), 1));
  for (double most = most_cheap_tiles; known.limit < limit; most /= 10.0) {
    known.tiles.clear();
    if (extend_cheap(at, extent_ranges(at, fixed, most), whole_, limit * limit_margin, known.tiles)) {
      known.limit = limit * limit_margin;
    }
  }
  extents_ = extents;
  listed_ += known.tiles.size();
  std::sort(known.tiles.begin(), known.tiles.end(),
            [](const CheapTile& a, const CheapTile& b) { return a.supply.least() < b.supply.least(); });
  return known.tiles;
}

/// Chooses an extent of each index from that on which has not been chosen, as `extend_front` does. False where there
/// are too many tiles.
bool Search::extend_cheap(std::size_t at, const Ranges& ranges, std::vector<std::int64_t> largest, double limit,
                          std::vector<CheapTile>& tiles, std::size_t index) {
  if (is_worth_pricing(ranges, index)) {
    auto points = bounder_.supplies_between(at, extents_, largest).points;
    std::erase_if(points, [&](const Supply& point) { return point.least() >= limit; });
    if (interrupted() || points.empty()) {
      return true;
    }
    if (index == ranges.size()) {
      add_cheap(at, ranges, largest, points, tiles);
      return tiles.size() <= most_listed;
    }
  }
  for (std::size_t i = ranges[index].size(); i-- > 0;) {
    extents_[index] = ranges[index][i].smallest;
    largest[index] = ranges[index][i].largest;
    if (fits_so_far(at) && !extend_cheap(at, ranges, largest, limit, tiles, index + 1)) {
      return false;
    }
  }
  extents_[index] = 1;
  return true;
}

/// Adds a tile unless a larger one stands for it.
void Search::add_cheap(std::size_t at, const Ranges& ranges, const std::vector<std::int64_t>& largest,
                       const std::vector<Supply>& points, std::vector<CheapTile>& tiles) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto larger =
        std::upper_bound(ranges[i].begin(), ranges[i].end(), extents_[i],
                         [](std::int64_t extent, const Range& range) { return extent < range.smallest; });
    if (larger == ranges[i].end() || !larger_is_cheaper(at, i)) {
      continue;
    }
    const std::int64_t extent = std::exchange(extents_[i], larger->smallest);
    const bool fits = fits_so_far(at);
    extents_[i] = extent;
    if (fits) {
      return;
    }
  }
  CheapTile tile;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    tile.tiles[i] = ceil_div(whole_[i], largest[i]);
  }
  for (const Supply& point : points) {
    tile.supply = point;
    tiles.push_back(tile);
  }
}

/// Is a tile with more of this index never dearer? A tensor that passes may stay in place inside a smaller one.
bool Search::larger_is_cheaper(std::size_t at, std::size_t index) const {
  const auto passing = bounder_.passing(at);
  return factors_.is_monotone(index) && std::none_of(passing.begin(), passing.end(), [&](std::size_t tensor) {
           return workload_.tensors[tensor].depends_on(index);
         });
}

}  // namespace pj
