#include "pj/study/mapspace.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pj/base/arithmetic.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_index = 1 << 18;
constexpr double most_work = 2e7;  // additions: some 50 ms

/// A place for one factor of each index: a level, or one or more axes of a fanout of which the index takes one.
struct Place {
  const Level* level = nullptr;
  std::size_t bit = 0;  ///< the level's number
  std::vector<const FanoutAxis*> axes;
};

/// The ways to cut an index: by the tiles that are left to the stages outside, and by the set of levels in which a loop
/// has more than one iteration.
using Ways = std::map<std::int64_t, std::vector<double>>;

class Mapspace {
 public:
  Mapspace(const Workload& workload, const Accelerator& accelerator, const MapspaceOptions& options)
      : workload_(workload), accelerator_(accelerator), options_(options) {
    for (std::size_t stage = accelerator.stages.size(); stage-- > 0;) {
      add_places(accelerator.stages[stage]);
    }
  }

  std::optional<double> size() const {
    const auto active = static_cast<double>(std::count_if(workload_.indices.begin(), workload_.indices.end(),
                                                          [](const Index& index) { return index.size > 1; }));
    const double states = std::pow(active + 1.0, static_cast<double>(levels_));
    if (states * std::pow(2.0, static_cast<double>(levels_)) * (active + 1.0) > most_work) {
      return std::nullopt;
    }
    std::vector<double> product(static_cast<std::size_t>(states), 0.0);
    product.front() = 1.0;
    for (const Index& index : workload_.indices) {
      if (index.size > largest_index || work_of(index) > most_work) {
        return std::nullopt;
      }
      product = index.size > 1 ? times(product, ways(index), static_cast<std::size_t>(active) + 1) : product;
    }
    return with_orders(product, static_cast<std::size_t>(active) + 1) * kept_sets();
  }

 private:
  void add_places(const Stage& stage) {
    if (const auto* level = std::get_if<Level>(&stage)) {
      places_.push_back({level, levels_++, {}});
      return;
    }
    const auto& fanout = std::get<Fanout>(stage);
    Place place;
    for (const FanoutAxis& axis : fanout.axes) {
      place.axes.push_back(&axis);
      if (!fanout.one_axis || !options_.obeys_constraints) {
        places_.push_back(std::exchange(place, {}));
      }
    }
    if (!place.axes.empty()) {
      places_.push_back(place);
    }
  }

  /// How many of the factors from `low` to `high`, all above 1, an index may have in a place.
  double choices(const Place& place, const std::string& index, std::int64_t low, std::int64_t high) const {
    if (!options_.obeys_constraints) {
      return static_cast<double>(high - low + 1);
    }
    if (place.level != nullptr) {
      return admits(place.level->loops, index) ? static_cast<double>(high - low + 1) : 0.0;
    }
    double count = 0.0;
    for (const FanoutAxis* axis : place.axes) {
      const std::int64_t most = admits(axis->indices, index) ? std::min(high, axis->size) : 0;
      count += static_cast<double>(std::max<std::int64_t>(0, most - low + 1));
    }
    return count;
  }

  /// The additions that `ways` makes, about: D cut in any way leaves some 2·√D numbers of tiles, and each of these t
  /// can be cut in 2·√t ways that differ, in all some 6·D^(3/4).
  double work_of(const Index& index) const {
    return 6.0 * std::pow(static_cast<double>(index.size), 0.75) * static_cast<double>(places_.size()) *
           std::pow(2.0, static_cast<double>(levels_));
  }

  /// The ways to cut an index, by the set of levels that loop over it.
  std::vector<double> ways(const Index& index) const {
    const std::size_t sets = std::size_t{1} << levels_;
    Ways now{{index.size, std::vector<double>(sets, 0.0)}};
    now.begin()->second[0] = 1.0;
    for (const Place& place : places_) {
      Ways next;
      for (const auto& [tiles, counts] : now) {
        cut(place, index.name, tiles, counts, next);
      }
      const auto& whole = place.level == nullptr ? std::vector<std::string>{} : place.level->whole;
      if (options_.obeys_constraints && std::find(whole.begin(), whole.end(), index.name) != whole.end()) {
        std::erase_if(next, [](const auto& entry) { return entry.first > 1; });
      }
      now = std::move(next);
    }
    std::vector<double> total(sets, 0.0);
    for (const auto& [tiles, counts] : now) {
      for (std::size_t set = 0; set < sets && (tiles == 1 || !options_.obeys_constraints); ++set) {
        total[set] += counts[set];
      }
    }
    return total;
  }

  /// Adds to `next` what every factor in this place makes of an index of which `tiles` are left.
  void cut(const Place& place, const std::string& index, std::int64_t tiles, const std::vector<double>& counts,
           Ways& next) const {
    std::int64_t high = 0;
    for (std::int64_t low = 1; low <= tiles; low = high + 1) {
      // All factors from low to high leave as many tiles.
      const std::int64_t left = ceil_div(tiles, low);
      high = options_.perfect_factors ? low : left == 1 ? tiles : ceil_div(tiles, left - 1) - 1;
      if (options_.perfect_factors && tiles % low != 0) {
        continue;
      }
      const double count = low == 1 ? 1.0 : choices(place, index, low, high);
      if (count > 0.0) {
        auto& sums = next[left];
        sums.resize(counts.size());
        const std::size_t bit = place.level != nullptr && low > 1 ? std::size_t{1} << place.bit : 0;
        for (std::size_t set = 0; set < counts.size(); ++set) {
          sums[set | bit] += count * counts[set];
        }
      }
    }
  }

  /// The products' digits to the base of `base` count the loops of each level.
  std::vector<double> times(const std::vector<double>& product, const std::vector<double>& ways,
                            std::size_t base) const {
    std::vector<double> result(product.size(), 0.0);
    for (std::size_t set = 0; set < ways.size(); ++set) {
      std::size_t step = 0;
      std::size_t digit = 1;
      for (std::size_t level = 0; level < levels_; ++level, digit *= base) {
        step += (set >> level & 1) != 0 ? digit : 0;
      }
      for (std::size_t i = 0; ways[set] > 0.0 && i + step < product.size(); ++i) {
        result[i + step] += product[i] * ways[set];
      }
    }
    return result;
  }

  /// k loops have k! orders.
  double with_orders(const std::vector<double>& product, std::size_t base) const {
    double total = 0.0;
    for (std::size_t i = 0; i < product.size(); ++i) {
      double orders = 1.0;
      std::size_t digits = i;
      for (std::size_t level = 0; level < levels_; ++level, digits /= base) {
        orders *= std::tgamma(static_cast<double>(digits % base) + 1.0);
      }
      total += product[i] * orders;
    }
    return total;
  }

  double kept_sets() const {
    double sets = 1.0;
    for (std::size_t stage = 0; stage < accelerator_.stages.size(); ++stage) {
      const auto* level = std::get_if<Level>(&accelerator_.stages[stage]);
      for (std::size_t t = 0; level != nullptr && t < workload_.tensors.size(); ++t) {
        const std::string& tensor = workload_.tensors[t].name;
        const bool must = stage == 0 || must_keep(*level, tensor);
        const bool may = may_keep(*level, tensor);
        sets *= !options_.obeys_constraints || (may && !must) ? 2.0 : may || !must ? 1.0 : 0.0;
      }
    }
    return sets;
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  MapspaceOptions options_;
  std::vector<Place> places_;  ///< innermost first
  std::size_t levels_ = 0;
};

}  // namespace

std::optional<double> mapspace_size(const Workload& workload, const Accelerator& accelerator,
                                    const MapspaceOptions& options) {
  return Mapspace(workload, accelerator, options).size();
}

}  // namespace pj
