#include "pj/mapper/exhaustive.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"

namespace pj {

namespace {

class Exhaustive {
 public:
  Exhaustive(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options)
      : workload_(workload), accelerator_(accelerator), options_(options) {
    mapping_.stages.resize(accelerator.stages.size());
    for (const Index& index : workload.indices) {
      left_.push_back(index.size);
    }
  }

  MapperResult run() {
    stage(accelerator_.stages.size());
    best_.certificate.proved = !stopped_;
    best_.certificate.lower_bound = best_.verdict && !stopped_ ? objective_value(options_.objective, best_.cost) : 0.0;
    return best_;
  }

 private:
  /// Chooses the stages outside `inner`, one after the other.
  void stage(std::size_t inner) {
    if (interrupted()) {
      return;
    }
    if (inner == 0) {
      price();
      return;
    }
    auto& here = mapping_.stages[inner - 1];
    const auto* fanout = std::get_if<Fanout>(&accelerator_.stages[inner - 1]);
    const std::size_t axes = fanout == nullptr ? 1 : fanout->axes.size();
    const std::size_t masks = fanout == nullptr ? std::size_t{1} << workload_.tensors.size() : 1;
    for (std::size_t mask = 0; mask < masks; ++mask) {
      here.keeps.clear();
      for (std::size_t t = 0; fanout == nullptr && t < workload_.tensors.size(); ++t) {
        here.keeps.push_back((mask >> t & 1) != 0);
      }
      factors(inner - 1, 0, axes);
    }
  }

  /// Chooses a factor for each index, and in a fanout for each axis.
  void factors(std::size_t at, std::size_t position, std::size_t axes) {
    auto& loops = mapping_.stages[at].loops;
    if (position == left_.size() * axes) {
      orders(at);
      return;
    }
    const std::size_t index = position / axes;
    const std::int64_t tiles = left_[index];
    for (std::int64_t factor = 1; factor <= tiles; ++factor) {
      if (options_.perfect_factors && tiles % factor != 0) {
        continue;
      }
      left_[index] = ceil_div(tiles, factor);
      if (factor > 1) {
        loops.insert(loops.begin(), {index, factor, static_cast<int>(position % axes)});
      }
      factors(at, position + 1, axes);
      if (factor > 1) {
        loops.erase(loops.begin());
      }
    }
    left_[index] = tiles;
  }

  void orders(std::size_t at) {
    if (!std::holds_alternative<Level>(accelerator_.stages[at])) {
      stage(at);
      return;
    }
    const auto before = [](const Loop& a, const Loop& b) { return a.index < b.index; };
    const std::vector<Loop> chosen = mapping_.stages[at].loops;
    std::sort(mapping_.stages[at].loops.begin(), mapping_.stages[at].loops.end(), before);
    do {
      stage(at);
    } while (std::next_permutation(mapping_.stages[at].loops.begin(), mapping_.stages[at].loops.end(), before));
    mapping_.stages[at].loops = chosen;
  }

  /// Once true, always true.
  bool interrupted() {
    stopped_ = stopped_ || (options_.interrupt != nullptr && options_.interrupt->requested());
    return stopped_;
  }

  void price() {
    if (std::any_of(left_.begin(), left_.end(), [](std::int64_t tiles) { return tiles > 1; })) {
      return;
    }
    const Verdict verdict = fits(workload_, accelerator_, mapping_);
    if (!verdict) {
      best_.verdict = best_.verdict ? best_.verdict : verdict;
      return;
    }
    ++best_.certificate.complete;
    const Traffic counted = traffic(workload_, accelerator_, mapping_);
    const Cost priced = cost(workload_, accelerator_, counted);
    if (options_.most_cycles && priced.cycles() > *options_.most_cycles) {
      return;
    }
    const double value = objective_value(options_.objective, priced);
    const double tie = options_.objective == Objective::Energy ? priced.cycles().value : priced.energy().value;
    if (!best_.verdict || value < value_ || (value == value_ && tie < tie_)) {
      best_.verdict = Verdict::yes();
      best_.mapping = mapping_;
      best_.traffic = counted;
      best_.cost = priced;
      value_ = value;
      tie_ = tie;
    }
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const MapperOptions& options_;
  Mapping mapping_;
  std::vector<std::int64_t> left_;  ///< tiles of each index that the stages so far leave
  MapperResult best_;
  double value_ = 0.0, tie_ = 0.0;
  bool stopped_ = false;
};

}  // namespace

MapperResult exhaustive_search(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options) {
  return Exhaustive(workload, accelerator, options).run();
}

}  // namespace pj
