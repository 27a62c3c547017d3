#include "pj/mapper/symmetry.hpp"

#include <algorithm>
#include <numeric>

namespace pj {

namespace {

/// The axes of a tensor in an order that does not depend on how they were written, with the indices renamed. An index
/// of one element says nothing.
std::vector<std::vector<std::pair<std::size_t, std::int64_t>>> axes(const Workload& workload, const Operand& tensor,
                                                                    const std::vector<std::size_t>& names) {
  std::vector<std::vector<std::pair<std::size_t, std::int64_t>>> result;
  for (const Axis& axis : tensor.axes) {
    result.emplace_back();
    for (const Term& term : axis) {
      if (workload.indices[term.index].size > 1) {
        result.back().emplace_back(names[term.index], term.coefficient);
      }
    }
    std::sort(result.back().begin(), result.back().end());
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool keeps_workload(const Workload& workload, const Symmetry& pairs) {
  std::vector<std::size_t> same(workload.indices.size());
  std::iota(same.begin(), same.end(), std::size_t{0});
  std::vector<std::size_t> swapped = same;
  for (const auto& [a, b] : pairs) {
    std::swap(swapped[a], swapped[b]);
  }
  return std::all_of(workload.tensors.begin(), workload.tensors.end(), [&](const Operand& tensor) {
    return axes(workload, tensor, same) == axes(workload, tensor, swapped);
  });
}

bool keeps_constraints(const Accelerator& accelerator, const std::string& a, const std::string& b) {
  const auto alike = [&](const Names& names) { return admits(names, a) == admits(names, b); };
  return std::all_of(accelerator.stages.begin(), accelerator.stages.end(), [&](const Stage& stage) {
    if (const auto* level = std::get_if<Level>(&stage)) {
      return alike(level->loops) && alike(Names(level->whole));
    }
    const auto& fanout = std::get<Fanout>(stage);
    return alike(fanout.reduces) && std::all_of(fanout.axes.begin(), fanout.axes.end(),
                                                [&](const FanoutAxis& axis) { return alike(axis.indices); });
  });
}

}  // namespace

Symmetry find_symmetry(const Workload& workload, const Accelerator& accelerator) {
  Symmetry candidates;
  for (std::size_t a = 0; a < workload.indices.size(); ++a) {
    for (std::size_t b = a + 1; b < workload.indices.size(); ++b) {
      if (workload.indices[a].size == workload.indices[b].size && workload.indices[a].size > 1 &&
          keeps_constraints(accelerator, workload.indices[a].name, workload.indices[b].name)) {
        candidates.emplace_back(a, b);
      }
    }
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (std::size_t j = i; j < candidates.size(); ++j) {
      const auto& [a, b] = candidates[i];
      const auto& [c, d] = candidates[j];
      const bool apart = a != c && a != d && b != c && b != d;
      const Symmetry pairs = i == j ? Symmetry{candidates[i]} : Symmetry{candidates[i], candidates[j]};
      if ((i == j || apart) && keeps_workload(workload, pairs)) {
        return pairs;
      }
    }
  }
  return {};
}

}  // namespace pj
