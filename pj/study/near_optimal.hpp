#pragma once

#include "pj/study/evaluate.hpp"

namespace pj {

/// The mapping spread over more units, where that takes no more steps and at most so much energy: 96 filters in
/// two passes may be 48 and 48, or 85 and 11.
MapperResult widened(const Workload& workload, const Accelerator& accelerator, MapperResult result,
                     Picojoules most_energy);

/// Mappings of nearly the least energy, and how they differ in speed.
struct NearOptimal {
  MapperResult fastest;  ///< of the fewest steps, to a percent, and of these `widened`
  MapperResult slowest;  ///< on the fewest compute units; of these the least energy
  bool proved = true;    ///< no search was stopped
};

/// The fastest and the slowest of the mappings whose energy is within this share of the best one's, 0.01 for 1 %, by
/// searching the least energy again and again under another limit of steps, or of units: the more are allowed, the less
/// it is. The machine has one axis of units. Throws `Interrupted` on request.
NearOptimal near_optimal(const Workload& workload, const Accelerator& accelerator, const MapperResult& best,
                         double within, const EvaluateOptions& options);

}  // namespace pj
