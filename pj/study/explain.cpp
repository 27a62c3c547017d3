#include "pj/study/explain.hpp"

#include <algorithm>

#include "pj/mapper/reasons.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/relaxations.hpp"
#include "pj/study/rounding.hpp"

namespace pj {

namespace {

constexpr std::size_t most_terms = 3;

constexpr double bits_in_kibibyte = 8.0 * 1024.0;

class Explainer {
 public:
  Explainer(const LayerEstimate& layer, const Accelerator& accelerator, const ExplainOptions& options)
      : layer_(layer), accelerator_(accelerator), options_(options) {}

  Explanation explanation() {
    Explanation found;
    for (const Relaxation& relaxed : relaxations(layer_.workload, accelerator_)) {
      found.constraints.push_back(variant(relaxed.what, relaxed.machine));
    }
    std::stable_sort(found.constraints.begin(), found.constraints.end(),
                     [](const Variant& a, const Variant& b) { return a.saving > b.saving; });
    for (std::size_t s = 0; s < accelerator_.stages.size(); ++s) {
      if (const auto* level = std::get_if<Level>(&accelerator_.stages[s])) {
        add_capacities(*level, s, found.capacities);
      }
    }
    found.runner_up = runner_up();
    return found;
  }

 private:
  MapperResult search(const std::string& what, const Accelerator& machine) {
    if (options_.mapper.interrupt != nullptr) {
      options_.mapper.interrupt->check();
    }
    if (options_.progress) {
      options_.progress("searching " + layer_.name + " again: " + what);
    }
    MapperResult found = find_cached_mapping(layer_.workload, machine, options_.mapper, options_.cache);
    if (options_.mapper.interrupt != nullptr) {
      options_.mapper.interrupt->check();
    }
    return found;
  }

  double value(const Cost& cost) const { return objective_value(options_.mapper.objective, cost); }

  /// What a machine that allows more saves; what a stopped search misses counts as no saving.
  Variant variant(const std::string& what, const Accelerator& machine) {
    const MapperResult found = search(what, machine);
    const double without = value(layer_.result.cost);
    const bool is_better = found.verdict && value(found.cost) < without * (1.0 - sum_rounding);
    Variant result{.what = what, .cost = is_better ? found.cost : layer_.result.cost};
    result.saving = without - value(result.cost);
    result.share = result.saving / without;
    result.is_proved = found.certificate.proved;
    return result;
  }

  /// The machine with another size of a level's partition, or of what all tensors share.
  Accelerator resized(std::size_t stage, const std::string& tensor, Bits capacity) const {
    Accelerator machine = accelerator_;
    auto& level = std::get<Level>(machine.stages[stage]);
    if (tensor.empty()) {
      level.capacity = capacity;
    } else {
      level.partitions[tensor] = capacity;
    }
    return machine;
  }

  void add_capacity(std::size_t stage, const std::string& tensor, Bits capacity, std::vector<CapacityGain>& found) {
    CapacityGain gain{stage_name(accelerator_.stages[stage]), tensor, capacity, {}, {}};
    const std::string name = gain.level + (tensor.empty() ? "" : " for " + tensor);
    gain.quarter = variant(name + ", 25 % more", resized(stage, tensor, {capacity.value + capacity.value / 4}));
    gain.twofold = variant(name + ", twice as much", resized(stage, tensor, {2 * capacity.value}));
    found.push_back(gain);
  }

  void add_capacities(const Level& level, std::size_t stage, std::vector<CapacityGain>& found) {
    for (const Operand& tensor : layer_.workload.tensors) {
      const auto own = level.partitions.find(tensor.name);
      if (own != level.partitions.end() && may_keep(level, tensor.name)) {
        add_capacity(stage, tensor.name, own->second, found);
      }
    }
    if (level.partitions.empty() && level.capacity) {
      add_capacity(stage, "", *level.capacity, found);
    }
  }

  /// The machine that demands the other choice for one tensor at one level; nothing where it may not.
  std::optional<Accelerator> flipped(std::size_t stage, const std::string& tensor, bool is_kept) const {
    Accelerator machine = accelerator_;
    auto& level = std::get<Level>(machine.stages[stage]);
    if (is_kept ? must_keep(level, tensor) : !may_keep(level, tensor)) {
      return std::nullopt;
    }
    if (!is_kept) {
      level.must_keep.push_back(tensor);
      return machine;
    }
    std::vector<std::string> others;
    for (const Operand& other : layer_.workload.tensors) {
      if (other.name != tensor && may_keep(level, other.name)) {
        others.push_back(other.name);
      }
    }
    level.keeps = others;
    return machine;
  }

  /// The sums of levels and networks in which another mapping's cost is more.
  std::vector<EnergyTerm> terms_of(const Cost& other) const {
    std::vector<EnergyTerm> terms;
    const Cost& best = layer_.result.cost;
    for (std::size_t s = 0; s < accelerator_.stages.size(); ++s) {
      const std::string& name = stage_name(accelerator_.stages[s]);
      for (std::size_t t = 0; t < layer_.workload.tensors.size(); ++t) {
        terms.push_back({name + " × " + layer_.workload.tensors[t].name, other.levels[s][t] - best.levels[s][t]});
      }
      terms.push_back({name, other.networks[s] - best.networks[s]});
    }
    std::erase_if(terms, [](const EnergyTerm& term) { return term.more.value <= 0.0; });
    std::stable_sort(terms.begin(), terms.end(),
                     [](const EnergyTerm& a, const EnergyTerm& b) { return a.more > b.more; });
    terms.resize(std::min(terms.size(), most_terms));
    return terms;
  }

  /// A mapping that keeps other tensors differs in at least one at one level, so that the best of these is the best of
  /// all.
  std::optional<RunnerUp> runner_up() {
    std::optional<RunnerUp> best;
    bool is_proved = true;
    for (std::size_t s = 1; s < accelerator_.stages.size(); ++s) {
      const std::vector<bool>& keeps = layer_.result.mapping.stages[s].keeps;
      for (std::size_t t = 0; t < keeps.size(); ++t) {
        const std::string& tensor = layer_.workload.tensors[t].name;
        const auto machine = flipped(s, tensor, keeps[t]);
        if (!machine) {
          continue;
        }
        const std::string what = stage_name(accelerator_.stages[s]) + (keeps[t] ? " without " : " with ") + tensor;
        MapperResult found = search(what, *machine);
        is_proved = is_proved && found.certificate.proved;
        if (found.verdict && (!best || value(found.cost) < value(best->result.cost))) {
          best = RunnerUp{.what = what, .result = std::move(found)};
        }
      }
    }
    if (best) {
      best->share = value(best->result.cost) / value(layer_.result.cost) - 1.0;
      best->terms = terms_of(best->result.cost);
      best->is_proved = is_proved;
    }
    return best;
  }

  const LayerEstimate& layer_;
  const Accelerator& accelerator_;
  const ExplainOptions& options_;
};

}  // namespace

double CapacityGain::per_kibibyte() const {
  return quarter.saving / (static_cast<double>(capacity.value / 4) / bits_in_kibibyte);
}

Explanation explain(const LayerEstimate& layer, const Accelerator& accelerator, const ExplainOptions& options) {
  return Explainer(layer, accelerator, options).explanation();
}

Repair repair(const Workload& workload, const Accelerator& accelerator, const ExplainOptions& options) {
  Repair result;
  Accelerator machine = accelerator;
  while (const auto missing = shortage(workload, machine)) {
    auto& level = std::get<Level>(machine.stages[missing->stage]);
    result.growths.push_back({level.name, missing->tensor, missing->has, missing->need});
    if (missing->tensor.empty()) {
      level.capacity = missing->need;
    } else {
      level.partitions[missing->tensor] = missing->need;
    }
  }
  if (options.progress) {
    options.progress("searching whether a larger machine has a mapping");
  }
  if (!result.growths.empty()) {
    result.is_enough = bool(find_cached_mapping(workload, machine, options.mapper, options.cache).verdict);
  }
  return result;
}

}  // namespace pj
