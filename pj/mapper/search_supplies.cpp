#include <algorithm>

#include "pj/mapper/search.hpp"

namespace pj {

namespace {

/// More tiles than these are taken together when the supplies of a level are bounded.
constexpr double most_tiles = 100000;

}  // namespace

/// The supplies of all tiles that fit a level; what all levels keep is decided.
const SupplyFront& Search::front(const Level& level, std::size_t at) {
  KeepSet keeps = bounder_.decided_keeps();
  keeps.push_back(static_cast<std::uint32_t>(at));
  const auto [known, is_new] = fronts_.try_emplace(std::move(keeps));
  if (is_new) {
    const auto extents = std::exchange(extents_, std::vector<std::int64_t>(extents_.size(), 1));
    known->second.passing = bounder_.passing(at);
    extend_front(level, at, extent_ranges(), whole_, known->second);
    extents_ = extents;
  }
  return known->second;
}

/// For each index the extents that tiles can have, in ranges from a smallest to a largest one. There are at most
/// `most_tiles` tiles of such ranges.
Search::Ranges Search::extent_ranges() {
  Ranges ranges(whole_.size());
  double tiles = 1.0;
  for (std::size_t index = 0; index < whole_.size(); ++index) {
    for (const std::int64_t extent : factors_.of(index, whole_[index])) {
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
void Search::extend_front(const Level& level, std::size_t at, const Ranges& ranges, std::vector<std::int64_t> largest,
                          SupplyFront& front, std::size_t index) {
  const auto points = bounder_.supplies_between(at, extents_, largest).points;
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
    if (fits_so_far(level, at)) {
      extend_front(level, at, ranges, largest, front, index + 1);
    }
  }
  extents_[index] = 1;
}

}  // namespace pj
