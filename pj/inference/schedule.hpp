#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pj/base/arena.hpp"
#include "pj/inference/makers.hpp"
#include "pj/inference/step.hpp"

namespace pj {

/// A tensor of a plan with its place in memory.
struct PlannedTensor {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  TensorForm form;
  std::int64_t bytes = 0;
  std::size_t parent = none;        ///< the tensor in whose memory it lies, if any,
  std::int64_t offset = 0;          ///< so many bytes behind its beginning; else behind that of the arena
  std::size_t input = none;         ///< the network's input that it is: in the caller's memory
  std::size_t first = 0, last = 0;  ///< the steps between which it is in use
};

/// A step with the tensors that it reads and writes.
struct PlannedStep {
  Step step;
  std::vector<std::size_t> inputs, outputs;
};

/// The steps of a plan in order, with all memory that they need.
struct Schedule {
  std::vector<PlannedTensor> tensors;
  std::vector<PlannedStep> steps;
  std::vector<std::size_t> outputs;  ///< of each output of the network: its tensor, or `none` for a constant
  Arena arena;
  std::int64_t most_in_use = 0;  ///< bytes of the tensors that are alive at the same time, at most
  std::int64_t workspace = 0;    ///< bytes for each thread, the most of any step
  std::int64_t shared = 0;       ///< bytes of workspace for all threads together, the most of any step
  std::int64_t unshared = 0;     ///< bytes of all tensors, if none shared the memory of another
  std::size_t conversions = 0;   ///< steps that only change a layout or move a tensor
  std::int64_t weights = 0;      ///< bytes of constants that the steps keep

  /// The tensor in whose memory this one lies in the end, and how far behind its beginning.
  std::pair<std::size_t, std::int64_t> root(std::size_t tensor) const;
};

/// The groups of the network's nodes, by the makers of the options, in the order in which they run. Nodes whose results
/// nobody needs are left out.
struct MadeGroup {
  const StepMaker* maker;
  std::vector<std::size_t> nodes;
};
std::vector<MadeGroup> groups_of(PlanGraph& graph, const PlanOptions& options);

/// Groups the nodes, makes a step for each group, brings operands into the layouts that the steps take, and places all
/// tensors in memory. Of the steps that are `made` already, each runs as soon as what it reads is there.
Schedule schedule(const Network& network, const PlanOptions& options, std::vector<Step> made = {});

}  // namespace pj
