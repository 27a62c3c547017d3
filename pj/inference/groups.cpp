#include <algorithm>

#include "pj/inference/plan.hpp"
#include "pj/inference/schedule.hpp"

namespace pj {

namespace {

std::span<const StepMaker> makers_of(const PlanOptions& options) {
  if (!options.makers.empty()) {
    return options.makers;
  }
  if (options.by == PlanBy::Plain) {
    return plain_step_makers();
  }
  const bool in_strips = options.memory == PlanMemory::Least && options.arithmetic != RunNumbers::Bfloat16;
  return in_strips ? strip_step_makers() : step_makers();
}

/// The groups whose last node makes something that is needed.
std::vector<MadeGroup> needed(const PlanGraph& graph, std::vector<MadeGroup> groups) {
  std::vector<bool> wanted = graph.is_output;
  std::vector<MadeGroup> kept;
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    const auto& outputs = graph.node(group->nodes.back()).outputs;
    if (std::none_of(outputs.begin(), outputs.end(), [&](ValueId id) { return wanted[id]; })) {
      continue;
    }
    for (const std::size_t n : group->nodes) {
      for (const ValueId id : graph.node(n).inputs) {
        if (id != no_value) {
          wanted[id] = true;
        }
      }
    }
    kept.push_back(std::move(*group));
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

}  // namespace

std::vector<MadeGroup> groups_of(PlanGraph& graph, const PlanOptions& options) {
  std::vector<MadeGroup> groups;
  for (const StepMaker& maker : makers_of(options)) {
    for (std::size_t n = 0; n < graph.network.nodes.size(); ++n) {
      if (graph.taken[n]) {
        continue;
      }
      NodeGroup group = maker.take(graph, n, !options.watched);
      for (const std::size_t member : group.nodes) {
        graph.taken[member] = true;
      }
      if (!group.nodes.empty()) {
        groups.push_back({&maker, std::move(group.nodes)});
      }
    }
  }
  std::sort(groups.begin(), groups.end(),
            [](const MadeGroup& a, const MadeGroup& b) { return a.nodes.back() < b.nodes.back(); });
  return options.watched ? groups : needed(graph, std::move(groups));
}

}  // namespace pj
