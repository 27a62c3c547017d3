#include "pj/cost/nest.hpp"

#include <algorithm>

namespace pj {

std::vector<NestLoop> flatten(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
                              std::size_t first_stage) {
  std::vector<NestLoop> nest;
  std::vector<std::int64_t> inside(workload.indices.size(), 1);
  for (std::size_t stage = mapping.stages.size(); stage-- > first_stage;) {
    const auto& loops = mapping.stages[stage].loops;
    for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
      if (loop->factor > 1) {
        nest.push_back({loop->index, loop->factor, inside[loop->index], stage,
                        std::holds_alternative<Level>(accelerator.stages[stage])});
        inside[loop->index] *= loop->factor;
      }
    }
  }
  std::reverse(nest.begin(), nest.end());
  return nest;
}

std::vector<Path> paths(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  std::vector<Path> all;
  for (std::size_t tensor = 0; tensor < workload.tensors.size(); ++tensor) {
    std::size_t from = 0;
    for (std::size_t stage = 1; stage < accelerator.stages.size(); ++stage) {
      if (std::holds_alternative<Level>(accelerator.stages[stage]) && mapping.stages[stage].keeps[tensor]) {
        all.push_back({tensor, from, stage});
        from = stage;
      }
    }
    all.push_back({tensor, from, accelerator.stages.size()});
  }
  return all;
}

}  // namespace pj
