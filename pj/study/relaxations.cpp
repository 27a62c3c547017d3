#include "pj/study/relaxations.hpp"

#include <algorithm>

#include "pj/base/text.hpp"

namespace pj {

namespace {

bool has_tensor(const Workload& workload, const std::string& name) {
  return std::any_of(workload.tensors.begin(), workload.tensors.end(),
                     [&](const Operand& tensor) { return tensor.name == name; });
}

/// Has the workload more than one tile of this index to offer?
bool has_index(const Workload& workload, const std::string& name) {
  const std::size_t index = workload.find_index(name);
  return index < workload.indices.size() && workload.indices[index].size > 1;
}

bool excludes_a_tensor(const Workload& workload, const Names& names) {
  return std::any_of(workload.tensors.begin(), workload.tensors.end(),
                     [&](const Operand& tensor) { return !admits(names, tensor.name); });
}

bool excludes_an_index(const Workload& workload, const Names& names) {
  return std::any_of(workload.indices.begin(), workload.indices.end(),
                     [&](const Index& index) { return index.size > 1 && !admits(names, index.name); });
}

std::string list(const Names& names) {
  return names->empty() ? "nothing" : join(*names, ", ");
}

/// One memory instead of the partitions: as large as all together, for the same tensors.
void share(Level& level) {
  std::vector<std::string> names;
  Bits sum{0};
  for (const auto& [tensor, size] : level.partitions) {
    sum = sum + size;
    if (admits(level.keeps, tensor)) {
      names.push_back(tensor);
    }
  }
  level.keeps = names;
  level.capacity = sum;
  level.partitions.clear();
}

class Relaxer {
 public:
  Relaxer(const Workload& workload, const Accelerator& accelerator) : workload_(workload), accelerator_(accelerator) {}

  std::vector<Relaxation> all() {
    for (std::size_t s = 0; s < accelerator_.stages.size(); ++s) {
      if (const auto* level = std::get_if<Level>(&accelerator_.stages[s])) {
        relax(*level, s);
      } else {
        relax(std::get<Fanout>(accelerator_.stages[s]), s);
      }
    }
    return found_;
  }

 private:
  template <class Part, class Change>
  void add(const Part& part, std::size_t stage, const std::string& what, Change change) {
    Relaxation relaxed{part.name + ": " + what, accelerator_};
    change(std::get<Part>(relaxed.machine.stages[stage]));
    found_.push_back(std::move(relaxed));
  }

  void relax(const Level& level, std::size_t s) {
    if (excludes_a_tensor(workload_, level.keeps)) {
      add(level, s, "keeps only " + list(level.keeps), [](Level& l) { l.keeps.reset(); });
    }
    const auto here = [&](const std::string& name) { return has_tensor(workload_, name); };
    if (s > 0 && std::any_of(level.must_keep.begin(), level.must_keep.end(), here)) {
      add(level, s, "must keep " + join(level.must_keep, ", "), [](Level& l) { l.must_keep.clear(); });
    }
    if (excludes_an_index(workload_, level.loops)) {
      add(level, s, "tiles only " + list(level.loops), [](Level& l) { l.loops.reset(); });
    }
    const auto cut = [&](const std::string& name) { return has_index(workload_, name); };
    if (std::any_of(level.whole.begin(), level.whole.end(), cut)) {
      add(level, s, "holds " + join(level.whole, ", ") + " whole", [](Level& l) { l.whole.clear(); });
    }
    if (excludes_a_tensor(workload_, level.stays)) {
      add(level, s, "lets only " + list(level.stays) + " stay", [](Level& l) { l.stays.reset(); });
    }
    if (level.partitions.size() > 1) {
      add(level, s, "partitions", share);
    }
  }

  void relax(const Fanout& fanout, std::size_t s) {
    for (std::size_t a = 0; a < fanout.axes.size(); ++a) {
      if (fanout.axes[a].size > 1 && excludes_an_index(workload_, fanout.axes[a].indices)) {
        add(fanout, s, fanout.axes[a].name + " of " + list(fanout.axes[a].indices) + " only",
            [&](Fanout& f) { f.axes[a].indices.reset(); });
      }
    }
    if (fanout.one_axis && fanout.axes.size() > 1) {
      add(fanout, s, "an index along one axis only", [](Fanout& f) { f.one_axis = false; });
    }
    if (!fanout.multicast) {
      add(fanout, s, "no multicast", [](Fanout& f) { f.multicast = true; });
    }
    if (!fanout.reduction) {
      add(fanout, s, "no reduction", [](Fanout& f) { f.reduction = true; });
    } else if (excludes_an_index(workload_, fanout.reduces)) {
      add(fanout, s, "reduction of " + list(fanout.reduces) + " only", [](Fanout& f) { f.reduces.reset(); });
    }
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  std::vector<Relaxation> found_;
};

}  // namespace

std::vector<Relaxation> relaxations(const Workload& workload, const Accelerator& accelerator) {
  return Relaxer(workload, accelerator).all();
}

}  // namespace pj
