#pragma once

#include <string>
#include <vector>

#include "pj/inference/plan.hpp"

namespace pj {

/// How long the steps of a plan take.
struct PlanTimes {
  std::vector<Seconds> steps;  ///< processor time, medians
  Seconds whole;               ///< of a run, the median
};

/// Runs a plan some times on inputs of zeros, for which no step is faster.
PlanTimes time_plan(const Plan& plan);

/// Each step with its nodes, algorithm, layouts, the predicted and the measured time, and why; then the memory: the
/// arena, what sharing and fusion save, the weights and the workspace.
std::string plan_table(const Plan& plan, const PlanTimes& times);

}  // namespace pj
