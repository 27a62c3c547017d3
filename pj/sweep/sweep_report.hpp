#pragma once

#include <string>

#include "pj/sweep/sweep.hpp"

namespace pj {

/// How many points there are of each status, and for each network the points that no other dominates.
std::string sweep_table(const SweepRun& run);
/// All points, with a column that says which are on the front of their network.
std::string sweep_csv(const SweepRun& run);
/// The study and the fronts (docs/json.md).
std::string sweep_json(const SweepRun& run);

/// How far a run is: `120 of 1,000 points, 8.2 a second, 1 min 47 s left`. Points that were there before tell nothing
/// of the rate.
std::string progress_text(std::int64_t done, std::int64_t all, std::int64_t before, Seconds since);

}  // namespace pj
