#include "pj/mapper/search.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"
#include "pj/mapper/reasons.hpp"

namespace pj {

namespace {

/// Rounding in the sums of a bound must not cut the optimum.
constexpr double rounding = 1.0 - 1e-12;

/// The sizes of filters: their tiles are chosen before those of all other indices.
constexpr std::int64_t small_index = 11;

}  // namespace

Search::Search(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
               Clock::time_point began)
    : began_(began),
      workload_(workload),
      accelerator_(accelerator),
      options_(options),
      bounder_(workload, accelerator, options.objective),
      factors_(workload, accelerator, options),
      symmetry_(options.rules.mirrors ? find_symmetry(workload, accelerator) : Symmetry{}) {
  all_orders_ = !options.rules.orders || sums_may_leave_early(workload, accelerator);
  mapping_.stages.resize(accelerator.stages.size());
  for (const Index& index : workload.indices) {
    whole_.push_back(index.size);
  }
  left_ = whole_;
  sequence_.resize(whole_.size());
  std::iota(sequence_.begin(), sequence_.end(), std::size_t{0});
  std::uint32_t grows_outside = 0;
  for (std::size_t stage = 1; stage < accelerator.stages.size() && bounder_.bounds_tiles(stage); ++stage) {
    grows_outside |= std::holds_alternative<Level>(accelerator.stages[stage]) ? bounder_.loops_at(stage) : 0;
  }
  const auto rank = [&](std::size_t index) {
    return whole_[index] <= small_index ? 0 : (grows_outside >> index & 1U) == 0 ? 1 : 2;
  };
  std::stable_sort(sequence_.begin(), sequence_.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  extents_.assign(whole_.size(), 1);
  for (const Stage& stage : accelerator.stages) {
    const auto* fanout = std::get_if<Fanout>(&stage);
    spreads_.push_back(
        fanout == nullptr ? nullptr : std::make_unique<Spreads>(workload, *fanout, factors_, options.perfect_factors));
  }
}

/// The best mapping, where one from a part of the space is known.
MapperResult Search::improve(const MapperResult& known) {
  if (known.verdict) {
    result_ = known;
    best_ = objective_pair(options_.objective, known.cost.energy().value, known.cost.cycles().value);
  }
  result_.certificate = known.certificate;
  return run();
}

MapperResult Search::run() {
  open_bound_ = bounder_.bound(mapping_);
  if (!shortage(workload_, accelerator_)) {
    expand(accelerator_.stages.size());
  }
  result_.certificate.proved = !stopped_;
  if (!result_.verdict) {
    result_.verdict =
        Verdict::no(stopped_ ? "interrupted before a mapping was found" : why_nothing_fits(workload_, accelerator_));
    return result_;
  }
  result_.traffic = traffic(workload_, accelerator_, result_.mapping);
  result_.cost = cost(workload_, accelerator_, result_.traffic);
  result_.certificate.lower_bound = stopped_ ? std::min(best_.first, open_bound_.first) : best_.first;
  return result_;
}

/// Once true, always true.
bool Search::interrupted() {
  stopped_ = stopped_ || (options_.interrupt != nullptr && options_.interrupt->requested()) ||
             (options_.time_limit && Clock::now() - began_ > std::chrono::duration<double>(options_.time_limit->value));
  return stopped_;
}

/// Where the first numbers are equal but for rounding, the second decide.
bool Search::can_win(const OrderedPair& bound, double delay) const {
  if (options_.most_cycles && delay * rounding > options_.most_cycles->value) {
    return false;
  }
  if (!options_.rules.bounds || !result_.verdict || bound.first < best_.first * rounding) {
    return true;
  }
  return bound.first * rounding <= best_.first && bound.second < best_.second * rounding;
}

/// No mapping wins that takes at least this time and this energy.
double Search::energy_limit(double delay) const {
  if (!options_.rules.bounds || !result_.verdict) {
    return std::numeric_limits<double>::infinity();
  }
  switch (options_.objective) {
    case Objective::Energy:
      return best_.first / rounding;
    case Objective::EnergyDelay:
      return best_.first / delay / rounding;
    case Objective::Delay:
      return delay < best_.first * rounding ? std::numeric_limits<double>::infinity() : best_.second / rounding;
  }
  return std::numeric_limits<double>::infinity();
}

/// Chooses the stages outside `inner`: a fanout together with the levels inside it, a level alone where no fanout
/// is further out.
void Search::expand(std::size_t inner) {
  if (inner == 0) {
    finish();
    return;
  }
  const std::size_t fanout = innermost_fanout(inner);
  if (fanout < inner || inner == accelerator_.stages.size()) {
    expand_block(fanout, inner);
    return;
  }
  expand_level(inner - 1);
}

/// Chooses a level with no fanout further out, and then the stages outside it.
void Search::expand_level(std::size_t at) {
  for (Choice& choice : choices(at)) {
    take(choice, at, [&] { expand(at); });
  }
}

/// The innermost fanout outside the stage `inner`, or `inner` where there is none.
std::size_t Search::innermost_fanout(std::size_t inner) const {
  for (std::size_t stage = inner; stage-- > 0;) {
    if (std::holds_alternative<Fanout>(accelerator_.stages[stage])) {
      return stage;
    }
  }
  return inner;
}

/// Takes a stage's loops into the counts of what is left, or out again.
void Search::step(const std::vector<Loop>& loops, bool in) {
  for (const Loop& loop : loops) {
    auto& extent = extents_[loop.index];
    extent = in ? extent * loop.factor : extent / loop.factor;
    left_[loop.index] = ceil_div(workload_.indices[loop.index].size, extent);
  }
}

void Search::finish() {
  ++result_.certificate.complete;
  const Cost priced = cost(workload_, accelerator_, traffic(workload_, accelerator_, mapping_));
  const OrderedPair value = objective_pair(options_.objective, priced.energy().value, priced.cycles().value);
  if (options_.most_cycles && priced.cycles() > *options_.most_cycles) {
    return;
  }
  if (!result_.verdict || value < best_) {
    result_.verdict = Verdict::yes();
    result_.mapping = mapping_;
    best_ = value;
  }
}

void Search::sort(std::vector<Choice>& choices) {
  std::stable_sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) { return a.bound < b.bound; });
}

namespace {

constexpr std::int64_t longest_window = 1 << 20;

/// The search keeps its state in tables of fixed size, and goes through the places of a window one by one.
void check_size(const Workload& workload, const Accelerator& accelerator) {
  if (workload.indices.size() > PartialNest::most_indices || accelerator.stages.size() > PartialNest::most_stages) {
    throw InputError("workload '" + workload.name + "' on " + accelerator.name + ": the mapper takes up to " +
                     std::to_string(PartialNest::most_indices) + " indices and " +
                     std::to_string(PartialNest::most_stages) + " stages");
  }
  for (const Operand& tensor : workload.tensors) {
    for (const Axis& axis : tensor.axes) {
      for (const Term& term : axis) {
        if (axis.size() > 1 && workload.indices[term.index].size > longest_window) {
          throw InputError("workload '" + workload.name + "': a window over " +
                           grouped(workload.indices[term.index].size) + " places is too long; the mapper takes up to " +
                           grouped(longest_window));
        }
      }
    }
  }
}

}  // namespace

MapperResult find_best_mapping(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options) {
  check_size(workload, accelerator);
  const auto began = std::chrono::steady_clock::now();
  if (options.perfect_factors) {
    return Search(workload, accelerator, options, began).run();
  }
  // The best of the few mappings without ragged edges is found soon, and cuts most of the others.
  MapperOptions perfect = options;
  perfect.perfect_factors = true;
  const MapperResult first = Search(workload, accelerator, perfect, began).run();
  return Search(workload, accelerator, options, began).improve(first);
}

}  // namespace pj
