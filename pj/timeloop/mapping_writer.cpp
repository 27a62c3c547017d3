#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/timeloop/mapping.hpp"
#include "pj/timeloop/remainders.hpp"

namespace pj {

namespace {

/// Writes one mapping, stage by stage from the outermost inwards.
class MappingWriter {
 public:
  MappingWriter(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
                TimeloopVersion version)
      : workload_(workload), accelerator_(accelerator), mapping_(mapping), old_(version == TimeloopVersion::V03) {
    find_remainders();
  }

  std::string write() {
    std::string text = "mapping:\n";
    for (std::size_t s = 0; s < mapping_.stages.size(); ++s) {
      check_loops(s);
      if (std::holds_alternative<Level>(accelerator_.stages[s])) {
        text += temporal(s) + keeps(s);
      } else {
        text += spatial(s);
      }
    }
    return text;
  }

 private:
  /// Of each loop, stage by stage, the iterations in the last tile of its index.
  void find_remainders() {
    std::vector<std::vector<std::int64_t>> factors(workload_.indices.size());
    for (const StageMapping& stage : mapping_.stages) {
      for (const Loop& loop : stage.loops) {
        factors[loop.index].push_back(loop.factor);
      }
    }
    std::vector<std::vector<std::int64_t>> last;
    for (std::size_t index = 0; index < factors.size(); ++index) {
      last.push_back(remainders(factors[index], workload_.indices[index].size));
    }
    std::vector<std::size_t> next(factors.size(), 0);
    for (const StageMapping& stage : mapping_.stages) {
      auto& here = last_.emplace_back();
      for (const Loop& loop : stage.loops) {
        here.push_back(last[loop.index][next[loop.index]++]);
      }
    }
  }

  /// Timeloop has one loop of each dimension in a level, and in a fanout along one of its axes.
  void check_loops(std::size_t s) const {
    const auto& loops = mapping_.stages[s].loops;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (loops[i].index != loops[j].index) {
          continue;
        }
        const std::string index = workload_.indices[loops[i].index].name;
        const std::string& stage = stage_name(accelerator_.stages[s]);
        throw InputError(loops[i].axis == loops[j].axis
                             ? "Timeloop has one loop of a dimension in a level; '" + stage + "' cuts " + index +
                                   " twice"
                             : "Timeloop spreads a dimension along one axis; '" + stage + "' spreads " + index +
                                   " along both; set its 'one_axis: yes' and map again");
      }
    }
  }

  std::string temporal(std::size_t s) const {
    std::vector<std::size_t> order;
    const auto& loops = mapping_.stages[s].loops;
    for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
      order.push_back(loop->index);
    }
    return directive(stage_name(accelerator_.stages[s]), "temporal") + nest(s, order);
  }

  /// The loops along the first axis come first, then those along the second; `split` counts the first ones.
  std::string spatial(std::size_t s) const {
    const auto& fanout = std::get<Fanout>(accelerator_.stages[s]);
    const auto& loops = mapping_.stages[s].loops;
    const bool along_y = fanout.axes.size() == 1 && fanout.axes[0].name == "rows";
    std::vector<std::size_t> order;
    for (std::size_t axis = 0; axis < fanout.axes.size(); ++axis) {
      for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
        if (static_cast<std::size_t>(loop->axis) == axis) {
          order.push_back(loop->index);
        }
      }
    }
    const auto along_x = std::count_if(loops.begin(), loops.end(), [](const Loop& loop) { return loop.axis == 0; });
    return directive(spatial_target(s), "spatial") + nest(s, order) +
           "    split: " + std::to_string(along_y ? 0 : along_x) + "\n";
  }

  std::string spatial_target(std::size_t s) const {
    if (!old_) {
      return stage_name(accelerator_.stages[s]);
    }
    for (const std::size_t neighbour : {s - 1, s + 1}) {
      if (neighbour < accelerator_.stages.size() && std::holds_alternative<Fanout>(accelerator_.stages[neighbour])) {
        throw InputError("Timeloop 0.3 has one fanout inside a level; '" + stage_name(accelerator_.stages[s]) +
                         "' and '" + stage_name(accelerator_.stages[neighbour]) +
                         "' follow each other; write version 0.4");
      }
    }
    return stage_name(accelerator_.stages[s - 1]);
  }

  static std::string directive(const std::string& target, const std::string& type) {
    return "  - target: " + yaml_scalar(target) + "\n    type: " + type + "\n";
  }

  /// Factors and permutation, innermost first, of all dimensions; those without a loop last.
  std::string nest(std::size_t s, const std::vector<std::size_t>& order) const {
    std::vector<std::size_t> all = order;
    for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
      if (std::find(order.begin(), order.end(), index) == order.end()) {
        all.push_back(index);
      }
    }
    std::vector<std::string> factors;
    std::vector<std::string> names;
    for (const std::size_t index : all) {
      factors.push_back(factor_text(s, index));
      names.push_back(workload_.indices[index].name);
    }
    return "    factors: " + (old_ ? join(factors, " ") : "[" + join(factors, ", ") + "]") + "\n" +
           "    permutation: " + (old_ ? join(names, "") : "[" + join(names, ", ") + "]") + "\n";
  }

  std::string factor_text(std::size_t s, std::size_t index) const {
    std::int64_t factor = 1;
    std::int64_t last = 1;
    const auto& loops = mapping_.stages[s].loops;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      if (loops[i].index == index) {
        factor = loops[i].factor;
        last = last_[s][i];
      }
    }
    std::string text = workload_.indices[index].name + (old_ ? "" : "=") + std::to_string(factor);
    if (last != factor) {
      text += "," + std::to_string(last);
      return old_ ? text : "'" + text + "'";
    }
    return text;
  }

  std::string keeps(std::size_t s) const {
    std::vector<std::string> kept;
    std::vector<std::string> bypassed;
    const std::vector<std::string> names = data_spaces(workload_);
    for (std::size_t t = 0; t < names.size(); ++t) {
      (mapping_.stages[s].keeps[t] ? kept : bypassed).push_back(yaml_scalar(names[t]));
    }
    return directive(stage_name(accelerator_.stages[s]), old_ ? "datatype" : "dataspace") + "    keep: [" +
           join(kept, ", ") + "]\n    bypass: [" + join(bypassed, ", ") + "]\n";
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const Mapping& mapping_;
  bool old_;
  std::vector<std::vector<std::int64_t>> last_;
};

}  // namespace

std::string timeloop_mapping(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
                             TimeloopVersion version) {
  check_single_letters(workload);
  return MappingWriter(workload, accelerator, mapping, version).write();
}

}  // namespace pj
