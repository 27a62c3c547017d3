#include "pj/mapping/mapping.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"
#include "pj/mapping/count.hpp"

namespace pj {

namespace {

/// Reads the parts of one question: does this mapping fit? Each part answers "yes" or the first "no".
class Fit {
 public:
  Fit(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping)
      : workload_(workload), accelerator_(accelerator), mapping_(mapping) {}

  Verdict answer() const {
    Verdict verdict = covers();
    for (std::size_t stage = 0; verdict && stage < mapping_.stages.size(); ++stage) {
      if (const auto* level = std::get_if<Level>(&accelerator_.stages[stage])) {
        verdict = level_fits(*level, stage);
      } else {
        verdict = fanout_fits(std::get<Fanout>(accelerator_.stages[stage]), mapping_.stages[stage]);
      }
    }
    return verdict;
  }

 private:
  const std::string& index_name(std::size_t index) const { return workload_.indices[index].name; }

  Verdict covers() const {
    if (mapping_.stages.size() != accelerator_.stages.size()) {
      return Verdict::no("the mapping has " + std::to_string(mapping_.stages.size()) + " stages, the accelerator " +
                         std::to_string(accelerator_.stages.size()));
    }
    std::vector<std::int64_t> inside(workload_.indices.size(), 1);
    for (std::size_t stage = mapping_.stages.size(); stage-- > 0;) {
      const auto& loops = mapping_.stages[stage].loops;
      for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
        if (loop->index >= inside.size() || loop->factor < 1) {
          return Verdict::no("a loop has no index or a factor below 1");
        }
        const std::int64_t tiles = ceil_div(workload_.indices[loop->index].size, inside[loop->index]);
        if (loop->factor > tiles) {
          return Verdict::no("index " + index_name(loop->index) + " is cut into " + std::to_string(loop->factor) +
                             " where " + std::to_string(tiles) + " tiles cover it");
        }
        inside[loop->index] *= loop->factor;
      }
    }
    for (std::size_t i = 0; i < inside.size(); ++i) {
      if (inside[i] < workload_.indices[i].size) {
        return Verdict::no("the loops cover " + std::to_string(inside[i]) + " of " +
                           std::to_string(workload_.indices[i].size) + " elements of index " + index_name(i));
      }
    }
    return Verdict::yes();
  }

  Verdict level_fits(const Level& level, std::size_t stage) const {
    const StageMapping& here = mapping_.stages[stage];
    for (const Loop& loop : here.loops) {
      if (loop.factor > 1 && !admits(level.loops, index_name(loop.index))) {
        return Verdict::no(level.name + " may not tile index " + index_name(loop.index));
      }
    }
    const auto extents = tile_extents(workload_, mapping_, stage, true);
    for (const std::string& name : level.whole) {
      const std::size_t index = workload_.find_index(name);
      if (index < extents.size() && extents[index] < workload_.indices[index].size) {
        return Verdict::no(level.name + " must hold index " + name +
                           " whole: " + std::to_string(workload_.indices[index].size) + " elements, not " +
                           std::to_string(extents[index]));
      }
    }
    const Verdict kept = keeps_what_it_may(level, here, stage);
    return kept ? capacity(level, here, extents) : kept;
  }

  Verdict keeps_what_it_may(const Level& level, const StageMapping& here, std::size_t stage) const {
    if (here.keeps.size() != workload_.tensors.size()) {
      return Verdict::no(level.name + " does not say which tensors it keeps");
    }
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
      const std::string& name = workload_.tensors[t].name;
      const bool must = stage == 0 || must_keep(level, name);
      if (here.keeps[t] && !may_keep(level, name)) {
        return Verdict::no(level.name + " may not keep " + name);
      }
      if (!here.keeps[t] && must) {
        return Verdict::no(level.name + " must keep " + name);
      }
    }
    return Verdict::yes();
  }

  Verdict capacity(const Level& level, const StageMapping& here, const std::vector<std::int64_t>& extents) const {
    Bits shared{0};
    std::vector<std::string> parts;
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
      if (!here.keeps[t]) {
        continue;
      }
      const Operand& tensor = workload_.tensors[t];
      const Bits need = (level.double_buffered ? 2 : 1) * tile_bits(workload_, accelerator_, t, extents);
      parts.push_back(tensor.name + " " + binary_size(need.value));
      shared = shared + need;
      const auto own = level.partitions.find(tensor.name);
      if (own != level.partitions.end() && need > own->second) {
        return Verdict::no(level.name + " needs " + binary_size(need.value) + " for " + tensor.name + " and has " +
                           binary_size(own->second.value));
      }
    }
    if (level.partitions.empty() && level.capacity && shared > *level.capacity) {
      return Verdict::no(level.name + " needs " + binary_size(shared.value) + " (" + join(parts, ", ") + ") and has " +
                         binary_size(level.capacity->value));
    }
    return Verdict::yes();
  }

  Verdict fanout_fits(const Fanout& fanout, const StageMapping& here) const {
    std::vector<std::int64_t> used(fanout.axes.size(), 1);
    for (const Loop& loop : here.loops) {
      const auto axis = static_cast<std::size_t>(loop.axis);
      if (loop.axis < 0 || axis >= used.size()) {
        return Verdict::no(fanout.name + " has no axis " + std::to_string(loop.axis));
      }
      if (loop.factor > 1 && !admits(fanout.axes[axis].indices, index_name(loop.index))) {
        return Verdict::no(fanout.name + " may not spread index " + index_name(loop.index) + " along its " +
                           fanout.axes[axis].name);
      }
      if (loop.factor > fanout.axes[axis].size / used[axis]) {
        return Verdict::no(fanout.name + " has " + std::to_string(fanout.axes[axis].size) + " " +
                           fanout.axes[axis].name + "; the mapping needs more");
      }
      for (const Loop& other : here.loops) {
        if (fanout.one_axis && other.index == loop.index && other.axis != loop.axis) {
          return Verdict::no(fanout.name + " may spread index " + index_name(loop.index) + " along one axis only");
        }
      }
      used[axis] *= loop.factor;
    }
    return Verdict::yes();
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const Mapping& mapping_;
};

}  // namespace

Bits tile_bits(const Workload& workload, const Accelerator& accelerator, std::size_t tensor,
               const std::vector<std::int64_t>& extents) {
  const bool boxes = accelerator.conventions.halo == Conventions::Halo::InnermostOnly;
  return Bits{tile_words(workload, tensor, extents, boxes) * workload.tensors[tensor].bits_inside()};
}

std::vector<std::int64_t> tile_extents(const Workload& workload, const Mapping& mapping, std::size_t stage,
                                       bool with_its_loops) {
  std::vector<std::int64_t> extents(workload.indices.size(), 1);
  for (std::size_t s = with_its_loops ? stage : stage + 1; s < mapping.stages.size(); ++s) {
    for (const Loop& loop : mapping.stages[s].loops) {
      extents[loop.index] *= loop.factor;
    }
  }
  return extents;
}

Verdict fits(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  return Fit(workload, accelerator, mapping).answer();
}

}  // namespace pj
