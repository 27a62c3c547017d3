#include "pj/mapper/space.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "pj/base/arithmetic.hpp"
#include "pj/cost/prices.hpp"

namespace pj {

namespace {

/// What the loops inside a stage leave to decide for one tensor: is there a tile that all of them leave in place,
/// and one that has no loop in time outside it at all?
struct Open {
  bool any = false;
  bool pristine = false;
};

class Orders {
 public:
  Orders(const Workload& workload, const Accelerator& accelerator, const Mapping& chosen, std::size_t stage)
      : workload_(workload), accelerator_(accelerator), chosen_(chosen), stage_(stage) {}

  std::vector<std::vector<Loop>> all() {
    std::vector<Open> open;
    for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
      open.push_back(open_inside(tensor));
    }
    extend(chosen_.stages[stage_].loops, open, {});
    return std::move(orders_);
  }

 private:
  bool depends(std::size_t tensor, const Loop& loop) const { return workload_.tensors[tensor].depends_on(loop.index); }

  bool lets_stay(std::size_t stage, std::size_t tensor) const {
    return admits(std::get<Level>(accelerator_.stages[stage]).stays, workload_.tensors[tensor].name);
  }

  bool latched(std::size_t tensor) const {
    const auto& latches = accelerator_.compute.latches;
    return std::find(latches.begin(), latches.end(), workload_.tensors[tensor].name) != latches.end();
  }

  Open open_inside(std::size_t tensor) const {
    Open result;
    bool stays = true;
    bool pristine = true;
    if (!lets_stay(stage_, tensor)) {
      return result;  // every order moves its tiles alike
    }
    for (std::size_t s = stage_ + 1; s <= accelerator_.stages.size(); ++s) {
      const bool compute = s == accelerator_.stages.size();
      if (compute ? latched(tensor) : !chosen_.stages[s].keeps.empty() && chosen_.stages[s].keeps[tensor]) {
        result.any = result.any || stays;
        result.pristine = result.pristine || pristine;
      }
      if (!compute && std::holds_alternative<Level>(accelerator_.stages[s])) {
        for (const Loop& loop : chosen_.stages[s].loops) {
          pristine = pristine && loop.factor == 1;
          stays = stays && (loop.factor == 1 || (!depends(tensor, loop) && lets_stay(s, tensor)));
        }
      }
    }
    return result;
  }

  /// Places the remaining loops outside those in `inner` (innermost first).
  void extend(std::vector<Loop> remaining, std::vector<Open> open, std::vector<Loop> inner) {
    const auto closes = [&](const Loop& loop) {
      for (std::size_t t = 0; t < open.size(); ++t) {
        if (open[t].any && depends(t, loop)) {
          return true;
        }
      }
      return false;
    };
    if (std::none_of(remaining.begin(), remaining.end(), closes)) {
      inner.insert(inner.end(), remaining.begin(), remaining.end());
      std::reverse(inner.begin(), inner.end());
      orders_.push_back(std::move(inner));
      return;
    }
    // A loop that leaves every open tile in place costs nothing here and would cost further out.
    const auto free = std::find_if_not(remaining.begin(), remaining.end(), closes);
    if (free != remaining.end()) {
      place(remaining, open, inner, static_cast<std::size_t>(free - remaining.begin()));
    }
    std::map<std::vector<std::size_t>, bool> tried;
    for (std::size_t i = 0; i < remaining.size(); ++i) {
      const bool worth = free == remaining.end() || slides_only_here(remaining[i], open);
      if (worth && tried.emplace(effect(remaining[i], open), true).second) {
        place(remaining, open, inner, i);
      }
    }
  }

  void place(std::vector<Loop> remaining, std::vector<Open> open, std::vector<Loop> inner, std::size_t at) {
    const Loop loop = remaining[at];
    remaining.erase(remaining.begin() + static_cast<std::ptrdiff_t>(at));
    for (std::size_t t = 0; t < open.size(); ++t) {
      open[t].pristine = false;
      open[t].any = open[t].any && !depends(t, loop);
    }
    inner.push_back(loop);
    extend(std::move(remaining), std::move(open), std::move(inner));
  }

  /// Is this loop in an axis with a sum of indices, so that the tensor's window slides along it?
  bool is_window(std::size_t tensor, const Loop& loop) const {
    for (const Axis& axis : workload_.tensors[tensor].axes) {
      if (axis.size() > 1 &&
          std::any_of(axis.begin(), axis.end(), [&](const Term& t) { return t.index == loop.index; })) {
        return true;
      }
    }
    return false;
  }

  /// Where windows slide under the innermost loop alone, a sliding loop may be worth more than a free one.
  bool slides_only_here(const Loop& loop, const std::vector<Open>& open) const {
    if (accelerator_.conventions.halo == Conventions::Halo::Resident) {
      return false;
    }
    for (std::size_t t = 0; t < open.size(); ++t) {
      if (open[t].pristine && is_window(t, loop)) {
        return true;
      }
    }
    return false;
  }

  /// The tensors whose tiles the loop moves, and along which window: loops of the same effect are interchangeable.
  std::vector<std::size_t> effect(const Loop& loop, const std::vector<Open>& open) const {
    std::vector<std::size_t> result;
    for (std::size_t t = 0; t < open.size(); ++t) {
      const bool moves = open[t].any && depends(t, loop);
      result.push_back(!moves ? 0 : is_window(t, loop) ? 2 + loop.index : 1);
    }
    return result;
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const Mapping& chosen_;
  std::size_t stage_;
  std::vector<std::vector<Loop>> orders_;
};

std::vector<std::int64_t> make_factors(std::int64_t tiles, bool perfect) {
  std::vector<std::int64_t> factors;
  for (std::int64_t factor = 1; factor <= tiles; ++factor) {
    if (perfect) {
      if (tiles % factor == 0) {
        factors.push_back(factor);
      }
      continue;
    }
    factors.push_back(factor);
    // The next factor that leaves fewer tiles: ceil(tiles / f) <= n − 1 first holds at f = ceil(tiles / (n − 1)).
    const std::int64_t leaves = ceil_div(tiles, factor);
    factor = leaves > 1 ? ceil_div(tiles, leaves - 1) - 1 : tiles;
  }
  return factors;
}

}  // namespace

bool sums_may_leave_early(const Workload& workload, const Accelerator& accelerator) {
  if (!accelerator.conventions.free_handoff) {
    return false;
  }
  const Prices price = prices(workload, accelerator);
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t stage = 0; stage < accelerator.stages.size(); ++stage) {
    const auto* level = std::get_if<Level>(&accelerator.stages[stage]);
    if (level == nullptr || !may_keep(*level, workload.tensors[workload.output()].name)) {
      continue;
    }
    const Prices::Element& sum = price.stages[stage][workload.output()];
    const double adds = sum.serve.value + sum.update.value;
    if (adds > least || level->bandwidth || level->read_bandwidth || level->write_bandwidth) {
      return true;
    }
    least = adds;
  }
  return false;
}

Factors::Factors(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options)
    : perfect_(options.perfect_factors),
      all_(!options.rules.factors),
      needs_all_(workload.indices.size(), sums_may_leave_early(workload, accelerator)) {
  const bool boxes = accelerator.conventions.halo == Conventions::Halo::InnermostOnly;
  const auto strided = [&](const Term& term, const Term& partner) {
    return boxes ? partner.coefficient > 1
                 : &partner != &term && partner.coefficient / std::gcd(partner.coefficient, term.coefficient) > 1;
  };
  for (const Operand& tensor : workload.tensors) {
    for (const Axis& axis : tensor.axes) {
      for (const Term& term : axis) {
        needs_all_[term.index] =
            needs_all_[term.index] ||
            std::any_of(axis.begin(), axis.end(), [&](const Term& other) { return strided(term, other); });
      }
    }
  }
}

const std::vector<std::int64_t>& Factors::of(std::size_t index, std::int64_t tiles) {
  if ((needs_all_[index] || all_) && !perfect_) {
    return all(tiles, tiles);
  }
  auto& factors = known_[{tiles, false}];
  if (factors.empty()) {
    factors = make_factors(tiles, perfect_);
  }
  return factors;
}

const std::vector<std::int64_t>& Factors::all(std::int64_t tiles, std::int64_t most) {
  auto& factors = known_[{std::min(tiles, most), true}];
  if (factors.empty()) {
    factors.resize(static_cast<std::size_t>(std::min(tiles, most)));
    std::iota(factors.begin(), factors.end(), 1);
  }
  return factors;
}

std::vector<std::vector<Loop>> useful_orders(const Workload& workload, const Accelerator& accelerator,
                                             const Mapping& chosen, std::size_t stage) {
  return Orders(workload, accelerator, chosen, stage).all();
}

std::vector<std::vector<Loop>> all_orders(std::vector<Loop> loops) {
  const auto before = [](const Loop& a, const Loop& b) { return a.index < b.index; };
  std::sort(loops.begin(), loops.end(), before);
  std::vector<std::vector<Loop>> orders;
  do {
    orders.push_back(loops);
  } while (std::next_permutation(loops.begin(), loops.end(), before));
  return orders;
}

}  // namespace pj
