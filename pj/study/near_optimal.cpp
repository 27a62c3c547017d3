#include "pj/study/near_optimal.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace pj {

namespace {

/// Of the fewest steps: a limit is not moved by less than a percent, and by whole steps.
double least_gap(double steps) {
  return std::max(1.0, 0.01 * steps);
}

FanoutAxis& only_axis(Accelerator& accelerator) {
  FanoutAxis* found = nullptr;
  for (Stage& stage : accelerator.stages) {
    if (auto* fanout = std::get_if<Fanout>(&stage)) {
      ensure(found == nullptr && fanout->axes.size() == 1, "the units of the machine lie along one axis");
      found = &fanout->axes.front();
    }
  }
  ensure(found != nullptr, "the machine has an axis of units");
  return *found;
}

/// The mapping under another one's loops, priced.
MapperResult priced(const Workload& workload, const Accelerator& accelerator, MapperResult result) {
  result.verdict = fits(workload, accelerator, result.mapping);
  if (result.verdict) {
    result.traffic = traffic(workload, accelerator, result.mapping);
    result.cost = cost(workload, accelerator, result.traffic);
  }
  return result;
}

/// Searches by halves between a limit under which no mapping is good enough and one that is.
class Halving {
 public:
  Halving(const Workload& workload, Picojoules most_energy, const EvaluateOptions& options)
      : workload_(workload), most_energy_(most_energy), options_(options) {}

  /// The least energy on this machine and under this limit, where it is good enough.
  std::optional<MapperResult> good(const Accelerator& accelerator, std::optional<Cycles> most_cycles) {
    MapperOptions search = options_.mapper;
    search.most_cycles = most_cycles;
    if (search.interrupt != nullptr) {
      search.interrupt->check();
    }
    MapperResult found = find_cached_mapping(workload_, accelerator, search, options_.cache);
    proved_ = proved_ && found.certificate.proved;
    const bool is_good = found.verdict && found.cost.energy() <= most_energy_;
    return is_good ? std::optional(std::move(found)) : std::nullopt;
  }

  bool proved() const { return proved_; }
  Picojoules most_energy() const { return most_energy_; }

 private:
  const Workload& workload_;
  Picojoules most_energy_;
  const EvaluateOptions& options_;
  bool proved_ = true;
};

}  // namespace

MapperResult widened(const Workload& workload, const Accelerator& accelerator, MapperResult result,
                     Picojoules most_energy) {
  for (std::size_t stage = 0; stage < accelerator.stages.size(); ++stage) {
    const auto* fanout = std::get_if<Fanout>(&accelerator.stages[stage]);
    const std::size_t loops = fanout == nullptr ? 0 : result.mapping.stages[stage].loops.size();
    for (std::size_t i = 0; i < loops; ++i) {
      for (std::int64_t factor = fanout->copies(); factor > result.mapping.stages[stage].loops[i].factor; --factor) {
        MapperResult wide = result;
        wide.mapping.stages[stage].loops[i].factor = factor;
        wide = priced(workload, accelerator, std::move(wide));
        if (wide.verdict && wide.traffic.units > result.traffic.units && wide.traffic.steps <= result.traffic.steps &&
            wide.cost.energy() <= most_energy) {
          result = std::move(wide);
        }
      }
    }
  }
  return result;
}

NearOptimal near_optimal(const Workload& workload, const Accelerator& accelerator, const MapperResult& best,
                         double within, const EvaluateOptions& options) {
  NearOptimal result{best, best};
  Halving halving(workload, best.cost.energy() * (1.0 + within), options);
  double too_few =
      std::floor(static_cast<double>(best.traffic.macs) / static_cast<double>(accelerator.compute_units()));
  while (result.fastest.cost.cycles().value - too_few > least_gap(result.fastest.cost.cycles().value)) {
    const double middle = std::floor(0.5 * (too_few + result.fastest.cost.cycles().value));
    if (auto found = halving.good(accelerator, Cycles{middle})) {
      result.fastest = *std::move(found);
    } else {
      too_few = middle;
    }
  }
  result.fastest = widened(workload, accelerator, result.fastest, halving.most_energy());
  Accelerator narrow = accelerator;  // its memories stay as they are
  std::int64_t& units = only_axis(narrow).size;
  std::int64_t too_narrow = 0;
  while (result.slowest.traffic.units - too_narrow > 1) {
    units = too_narrow + (result.slowest.traffic.units - too_narrow) / 2;
    if (auto found = halving.good(narrow, {})) {
      result.slowest = *std::move(found);
    } else {
      too_narrow = units;
    }
  }
  result.proved = halving.proved();
  return result;
}

}  // namespace pj
