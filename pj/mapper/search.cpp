#include <algorithm>
#include <numeric>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"
#include "pj/mapper/bound.hpp"
#include "pj/mapper/space.hpp"

namespace pj {

namespace {

/// Rounding in the sums of a bound must not cut the optimum.
constexpr double rounding = 1.0 - 1e-12;

/// One choice for one stage, with the bound of all mappings that begin with it.
struct Choice {
  Value bound;
  StageMapping stage;
};

/// Branch and bound from the compute units outwards: each stage's choices are priced by a lower bound of all that
/// can follow, tried in the order of the bound, and left out once the bound reaches the best value found.
class Search {
 public:
  Search(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options)
      : workload_(workload), accelerator_(accelerator), options_(options),
        bounder_(workload, accelerator, options.objective) {
    mapping_.stages.resize(accelerator.stages.size());
    for (const Index& index : workload.indices) {
      left_.push_back(index.size);
    }
    extents_.assign(left_.size(), 1);
  }

  MapperResult run() {
    expand(accelerator_.stages.size());
    result_.certificate.proved = !interrupted();
    if (!result_.verdict) {
      result_.verdict = Verdict::no(nothing_fits());
      return result_;
    }
    result_.traffic = traffic(workload_, accelerator_, result_.mapping);
    result_.cost = cost(workload_, accelerator_, result_.traffic);
    result_.certificate.lower_bound = interrupted() ? root_bound_.first : best_.first;
    return result_;
  }

 private:
  bool interrupted() const { return options_.interrupt != nullptr && options_.interrupt->load(); }

  bool can_win(const Value& bound) const {
    return !result_.verdict || Value{bound.first * rounding, bound.second * rounding} < best_;
  }

  /// Chooses the stages outside `inner`.
  void expand(std::size_t inner) {
    if (inner == 0) {
      finish();
      return;
    }
    const std::size_t at = inner - 1;
    for (Choice& choice : choices(at)) {
      if (!can_win(choice.bound)) {
        ++result_.certificate.cut_by_bound;
        continue;
      }
      if (interrupted()) {
        return;
      }
      mapping_.stages[at] = std::move(choice.stage);
      step(mapping_.stages[at].loops, true);
      bounder_.nest().push(mapping_.stages[at]);
      expand(at);
      bounder_.nest().pop();
      step(mapping_.stages[at].loops, false);
      mapping_.stages[at] = {};
    }
  }

  /// Takes a stage's loops into the counts of what is left, or out again.
  void step(const std::vector<Loop>& loops, bool in) {
    for (const Loop& loop : loops) {
      auto& extent = extents_[loop.index];
      extent = in ? extent * loop.factor : extent / loop.factor;
      left_[loop.index] = ceil_div(workload_.indices[loop.index].size, extent);
    }
  }

  void finish() {
    ++result_.certificate.complete;
    const Cost priced = cost(workload_, accelerator_, traffic(workload_, accelerator_, mapping_));
    const Value value = objective_pair(options_.objective, priced.energy().value, priced.cycles().value);
    if (!result_.verdict || value < best_) {
      result_.verdict = Verdict::yes();
      result_.mapping = mapping_;
      best_ = value;
    }
  }

  std::vector<Choice> choices(std::size_t at) {
    std::vector<Choice> found;
    if (const auto* fanout = std::get_if<Fanout>(&accelerator_.stages[at])) {
      spread(*fanout, at, 0, fanout->axes.empty() ? 1 : fanout->axes[0].size, found);
    } else {
      const auto& level = std::get<Level>(accelerator_.stages[at]);
      for (std::size_t mask = std::size_t{1} << workload_.tensors.size(); mask-- > 0;) {
        if (set_keeps(level, at, mask)) {
          tile(level, at, 0, found);
        }
      }
    }
    mapping_.stages[at] = {};
    std::stable_sort(found.begin(), found.end(), [](const Choice& a, const Choice& b) { return a.bound < b.bound; });
    return found;
  }

  void price(std::size_t at, std::vector<Choice>& found) {
    ++result_.certificate.candidates;
    bounder_.nest().push(mapping_.stages[at]);
    const Value bound = bounder_.bound(mapping_);
    bounder_.nest().pop();
    if (can_win(bound)) {
      found.push_back({bound, mapping_.stages[at]});
    } else {
      ++result_.certificate.cut_by_bound;
    }
  }

  /// Chooses the tensors that a level keeps; false where the machine does not allow this set.
  bool set_keeps(const Level& level, std::size_t at, std::size_t mask) {
    auto& keeps = mapping_.stages[at].keeps;
    keeps.assign(workload_.tensors.size(), false);
    for (std::size_t t = 0; t < keeps.size(); ++t) {
      keeps[t] = (mask >> t & 1) != 0;
      const std::string& name = workload_.tensors[t].name;
      if (keeps[t] ? !may_keep(level, name) : at == 0 || must_keep(level, name)) {
        return false;
      }
    }
    return true;
  }

  /// Chooses a factor for each index from `index` on, and prices the result in every useful order.
  void tile(const Level& level, std::size_t at, std::size_t index, std::vector<Choice>& found) {
    if (index == left_.size()) {
      order(at, found);
      return;
    }
    const std::int64_t size = workload_.indices[index].size;
    const bool allowed = admits(level.loops, workload_.indices[index].name);
    const std::int64_t tiles = left_[index];
    const std::int64_t extent = extents_[index];
    const bool whole = std::find(level.whole.begin(), level.whole.end(), workload_.indices[index].name) != level.whole.end();
    for (const std::int64_t factor : useful_factors(tiles, options_.perfect_factors)) {
      const bool covers = extent * factor >= size;
      if ((factor > 1 && !allowed) || ((at == 0 || whole) && !covers)) {
        continue;
      }
      set(at, index, factor, extent * factor, 0);
      const bool fits = fits_so_far(level, at);
      if (fits) {
        tile(level, at, index + 1, found);
      }
      unset(at, index, factor, extent, tiles);
      if (!fits) {
        ++result_.certificate.cut_by_capacity;
        break;  // larger factors need more
      }
    }
  }

  void set(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent, int axis) {
    extents_[index] = extent;
    left_[index] = ceil_div(workload_.indices[index].size, extent);
    if (factor > 1) {
      mapping_.stages[at].loops.push_back({index, factor, axis});
    }
  }

  void unset(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent, std::int64_t tiles) {
    extents_[index] = extent;
    left_[index] = tiles;
    if (factor > 1) {
      mapping_.stages[at].loops.pop_back();
    }
  }

  bool fits_so_far(const Level& level, std::size_t at) {
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

  void order(std::size_t at, std::vector<Choice>& found) {
    const std::vector<Loop> loops = mapping_.stages[at].loops;
    for (auto& order : useful_orders(workload_, accelerator_, mapping_, at)) {
      mapping_.stages[at].loops = std::move(order);
      price(at, found);
    }
    mapping_.stages[at].loops = loops;
  }

  /// Chooses the factors along the axes of a fanout; `position` counts index within axis.
  void spread(const Fanout& fanout, std::size_t at, std::size_t position, std::int64_t room, std::vector<Choice>& found) {
    const std::size_t axis = position / left_.size();
    const std::size_t index = position % left_.size();
    if (axis >= fanout.axes.size()) {
      price(at, found);
      return;
    }
    const auto next_room = [&](std::int64_t rest) {
      const bool next_axis = index + 1 == left_.size() && axis + 1 < fanout.axes.size();
      return next_axis ? fanout.axes[axis + 1].size : rest;
    };
    const std::int64_t tiles = left_[index];
    const std::int64_t extent = extents_[index];
    for (const std::int64_t factor : spread_factors(index, room)) {
      if (factor > room || (factor > 1 && !admits(fanout.axes[axis].indices, workload_.indices[index].name))) {
        break;
      }
      set(at, index, factor, extent * factor, static_cast<int>(axis));
      spread(fanout, at, position + 1, next_room(room / factor), found);
      unset(at, index, factor, extent, tiles);
    }
  }

  /// Copies that reduce an output each begin a sum of their own, and what begins need not be fetched: there more
  /// copies can pay although they leave as many tiles.
  std::vector<std::int64_t> spread_factors(std::size_t index, std::int64_t room) const {
    std::vector<std::int64_t> factors = useful_factors(left_[index], options_.perfect_factors);
    if (!options_.perfect_factors && !workload_.tensors.back().depends_on(index)) {
      factors.resize(static_cast<std::size_t>(std::min(left_[index], room)));
      std::iota(factors.begin(), factors.end(), 1);
    }
    return factors;
  }

  std::string nothing_fits() const { return "no mapping fits"; }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const MapperOptions& options_;
  Bounder bounder_;
  Mapping mapping_;
  std::vector<std::int64_t> left_, extents_;
  MapperResult result_;
  Value best_, root_bound_;
};

}  // namespace

std::string to_string(Objective objective) {
  return objective == Objective::Energy ? "energy" : objective == Objective::Delay ? "delay" : "edp";
}

Objective parse_objective(const std::string& text) {
  const std::vector<std::string> known{"energy", "delay", "edp"};
  const auto found = std::find(known.begin(), known.end(), text);
  if (found == known.end()) {
    throw InputError("unknown objective '" + text + "'" + did_you_mean(text, known));
  }
  return static_cast<Objective>(found - known.begin());
}

double objective_value(Objective objective, const Cost& cost) {
  const double energy = cost.energy().value;
  const double delay = cost.cycles().value;
  return objective == Objective::Energy ? energy : objective == Objective::Delay ? delay : energy * delay;
}

MapperResult find_best_mapping(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options) {
  return Search(workload, accelerator, options).run();
}

}  // namespace pj
