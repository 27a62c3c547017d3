#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pj/study/evaluate.hpp"

namespace pj {

struct ExplainOptions {
  MapperOptions mapper;  ///< of every further search
  const MappingCache* cache = nullptr;
  std::function<void(const std::string& line)> progress;
};

/// The best mapping of a machine that differs in one thing.
struct Variant {
  std::string what;  ///< the thing: `buffer: keeps`, `array: columns of P, M`
  Cost cost;
  double saving = 0.0;    ///< of the objective, absolute
  double share = 0.0;     ///< and of what it is without
  bool is_proved = true;  ///< otherwise its search was stopped, and more may be saved
};

/// What more room in one memory would save.
struct CapacityGain {
  std::string level;
  std::string tensor;  ///< whose partition it is; empty: of all
  Bits capacity;       ///< of one instance
  Variant quarter;     ///< with 25 % more
  Variant twofold;     ///< with twice as much
  /// Savings by KiB added to each instance, with 25 % more.
  double per_kibibyte() const;
};

/// Where the energy of a mapping is more than that of the best.
struct EnergyTerm {
  std::string where;  ///< `DRAM × Weight`, or the name of a fanout
  Picojoules more;
};

/// The best of all mappings that keep other tensors somewhere.
struct RunnerUp {
  std::string what;  ///< how it differs: `buffer keeps Weight`
  MapperResult result;
  double share = 0.0;             ///< that its objective is above the best one's
  std::vector<EnergyTerm> terms;  ///< the largest, first
  bool is_proved = true;          ///< otherwise a search was stopped, and another may be nearer
};

struct Explanation {
  std::vector<Variant> constraints;      ///< each one relaxed, the largest saving first
  std::vector<CapacityGain> capacities;  ///< from the outermost inwards
  std::optional<RunnerUp> runner_up;     ///< nothing where the machine leaves no choice of what is kept
};

/// Why a mapping is the best, by further searches. Each takes as long as any. Throws `Interrupted` on request.
Explanation explain(const LayerEstimate& layer, const Accelerator& accelerator, const ExplainOptions& options = {});

/// The memories that must grow before anything fits.
struct Repair {
  struct Growth {
    std::string level;
    std::string tensor;  ///< whose partition it is; empty: of all
    Bits from, to;
  };
  std::vector<Growth> growths;
  bool is_enough = false;  ///< a search found that then something fits; otherwise a constraint must be relaxed, too
};

/// The least that capacities must grow by, as far as the tiles that must be kept tell.
Repair repair(const Workload& workload, const Accelerator& accelerator, const ExplainOptions& options = {});

}  // namespace pj
