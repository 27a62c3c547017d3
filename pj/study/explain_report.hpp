#pragma once

#include <string>

#include "pj/study/explain.hpp"

namespace pj {

/// What each constraint costs, what more room saves, and the runner-up, as people read it.
std::string explain_report(const Explanation& explanation, const Accelerator& accelerator, Objective objective);

/// The JSON of a mapping with a key `explanation` added (docs/json.md).
std::string explained_json(const std::string& mapping_json, const Explanation& explanation,
                           const Accelerator& accelerator, const Workload& workload);

/// What must grow so that anything fits.
std::string repair_report(const Repair& repair);

}  // namespace pj
