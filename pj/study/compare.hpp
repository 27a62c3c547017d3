#pragma once

#include <string>
#include <vector>

#include "pj/study/metrics.hpp"
#include "pj/study/scenario.hpp"

namespace pj {

/// A network on one machine.
struct ComparedMachine {
  Accelerator accelerator;
  Metrics metrics;
  std::vector<std::vector<std::string>> over;  ///< for each scenario the metrics that are not within its limits
};

/// A network on several machines, side by side.
struct Comparison {
  std::string network;
  std::int64_t batch = 1;
  std::vector<Scenario> scenarios;
  std::vector<ComparedMachine> machines;
  std::size_t first = 0;  ///< the place of the machine that the others are held to: the first that was named
};

/// Holds estimates of one network to each other and to the scenarios. `sort_by` (may be null) puts the best of that
/// metric first; what is not known goes last. Throws `InputError` for a machine that does not disclose its technology.
Comparison compare(const std::vector<Estimate>& estimates, const std::vector<Scenario>& scenarios,
                   const MetricRow* sort_by);

/// The place of the machine that is best in a metric; their number where none is known.
std::size_t best_machine(const Comparison& comparison, const MetricRow& metric);

}  // namespace pj
