#pragma once

#include <string>
#include <vector>

#include "pj/base/units.hpp"
#include "pj/cost/traffic.hpp"

namespace pj {

/// What a mapped workload costs. Vectors have one entry a stage of the accelerator.
struct Cost {
  std::vector<std::vector<Picojoules>> levels;  ///< energy of a level, for each tensor
  std::vector<Picojoules> networks;             ///< energy of a fanout's network
  Picojoules compute;
  Cycles compute_cycles;               ///< for the steps of the loop nest
  std::vector<Cycles> level_cycles;    ///< time that a level's bandwidth needs; 0 without limit
  std::vector<Cycles> exposed_cycles;  ///< the part of it that the arithmetic waits for

  Picojoules energy() const;
  /// Transfers and arithmetic overlap, so that the slowest part sets the time; what is exposed comes on top.
  Cycles cycles() const;
  /// The time without what is exposed.
  Cycles overlapped_cycles() const;
  /// The stage that sets the time, or the number of stages where the arithmetic does.
  std::size_t bottleneck() const;

  bool operator==(const Cost&) const = default;
};

/// Prices a traffic: Σ words · price of an access, hops, multiply-accumulates; and the time as the maximum over the
/// arithmetic and each level's bandwidth, and what the arithmetic waits for (docs/model.md, "Energy" and "Time").
Cost cost(const Workload& workload, const Accelerator& accelerator, const Traffic& traffic);

/// The share of the machine's compute units that do useful work, over the whole time. What is skipped is no work.
double utilisation(const Workload& workload, const Accelerator& accelerator, const Traffic& traffic, const Cost& cost);

/// The area of all instances, as far as the machine file gives areas.
SquareMicrons area(const Accelerator& accelerator);

}  // namespace pj
