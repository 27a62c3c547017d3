#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pj/base/interrupt.hpp"
#include "pj/cost/cost.hpp"

namespace pj {

/// What a mapping is the best in. Ties are broken by the cycles (for energy) or the energy (for cycles), then by the
/// order of the search, which does not depend on the number of threads.
enum class Objective { Energy, Delay, EnergyDelay };

std::string to_string(Objective objective);
Objective parse_objective(const std::string& text);

/// The arguments by which the search leaves out what cannot be the best (docs/mapper.md has a proof of each). Without one
/// of them the result is the same and takes longer.
struct SearchRules {
  bool bounds = true;    ///< no part of a mapping whose lower bound is above the best mapping
  bool orders = true;    ///< of the orders of a level's loops those that differ in what stays and slides
  bool factors = true;   ///< of the factors that leave equally many tiles the smallest
  bool tiles = true;     ///< no tile when a larger one could not win
  bool supplies = true;  ///< bounds count what the tiles of buffers cost to supply at least
  bool mirrors = true;   ///< of two mappings that are mirror images one

  bool operator==(const SearchRules&) const = default;
};

struct MapperOptions {
  Objective objective = Objective::Energy;
  bool perfect_factors = false;          ///< only factors that divide: the space of most other tools
  std::optional<Cycles> most_cycles;     ///< slower mappings are left out
  std::optional<Seconds> time_limit;     ///< of wall time; then the search stops as if interrupted
  const Interrupt* interrupt = nullptr;  ///< on request: stop and return the best so far, with its proven gap
  SearchRules rules;
};

/// Why the result is the optimum.
struct Certificate {
  double lower_bound = 0.0;       ///< no mapping is better: equal to the result's value when the search has ended
  std::int64_t candidates = 0;    ///< partial mappings that were priced
  std::int64_t cut_by_bound = 0;  ///< of them, those that no completion could make better than the best
  std::int64_t cut_by_capacity = 0;
  std::int64_t complete = 0;  ///< complete mappings that were priced
  bool proved = false;        ///< the whole space was covered

  bool operator==(const Certificate&) const = default;
};

/// How far above the optimum a result of this value can be at most: value ÷ lower bound − 1; 0 where it is proved.
double gap(const Certificate& certificate, double value);

struct MapperResult {
  Verdict verdict = Verdict::no("");  ///< "no" where nothing fits, with the nearest miss
  Mapping mapping;
  Traffic traffic;
  Cost cost;
  Certificate certificate;
};

/// The mapping of least cost over the whole mapspace: every tiling (ragged edges included), every loop order that
/// can matter, every spread over the fanouts and every bypass that the machine file allows. Equal to
/// `exhaustive_search` (docs/mapper.md).
MapperResult find_best_mapping(const Workload& workload, const Accelerator& accelerator,
                               const MapperOptions& options = {});

/// The number that the objective makes small: picojoules, cycles, or their product.
double objective_value(Objective objective, const Cost& cost);

}  // namespace pj
