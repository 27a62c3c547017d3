#include "pj/cost/path_counter.hpp"

#include <algorithm>

namespace pj {

PathCounter::PathCounter(const Workload& workload, const Accelerator& accelerator)
    : workload_(workload),
      accelerator_(accelerator),
      boxes_(accelerator.conventions.halo == Conventions::Halo::InnermostOnly) {
  for (const Operand& tensor : workload.tensors) {
    for (std::size_t index = 0; index < workload.indices.size(); ++index) {
      relevant_.push_back(tensor.depends_on(index));
    }
  }
}

void PathCounter::use(std::vector<NestLoop> nest, const std::vector<std::int64_t>& rest) {
  nest_ = std::move(nest);
  rest_.clear();
  for (std::size_t index = 0; index < rest.size(); ++index) {
    if (rest[index] > 1) {
      std::int64_t inside = 1;
      for (const NestLoop& loop : nest_) {
        inside = loop.index == index ? std::max(inside, loop.step * loop.factor) : inside;
      }
      rest_.push_back({index, rest[index], inside, 0, true});
    }
  }
}

std::int64_t PathCounter::moved(const Path& path, const Copies& copies, bool shared_rest) {
  const TileLoops loops = loops_of(path);
  const bool least = (loops.open || shared_rest) && !rest_.empty();
  start_sequence(path, least ? Pass::Union : Pass::Each);
  for (std::size_t i = 0; i < loops.count; ++i) {
    const NestLoop& loop = nest_[i];
    Pass pass = i < loops.kept ? Pass::Each : Pass::Once;
    if (!loop.in_time) {
      pass = loop.stage >= copies.apart ? merged(loop, path.tensor) : copies.first_only ? Pass::Once : Pass::Each;
      // The least of a sum over unknown loops: what several of them want may be the same.
      pass = least && pass == Pass::Distinct ? Pass::Union : pass;
    }
    const bool slides = loops.slides && i == loops.window;
    sequence_.loops.push_back({loop.index, loop.factor, loop.step, pass, slides});
  }
  return words(workload_, path.tensor, sequence_, boxes_);
}

std::int64_t PathCounter::touched(const Path& path, const Copies& copies, bool all_rest) {
  start_sequence(path, all_rest ? Pass::Each : Pass::Union);
  for (const NestLoop& loop : nest_) {
    if (loop.stage < path.to) {
      const Pass copy = copies.first_only ? Pass::Once : Pass::Each;
      const bool apart = !loop.in_time && loop.stage < copies.apart;
      sequence_.loops.push_back({loop.index, loop.factor, loop.step, apart ? copy : Pass::Union});
    }
  }
  return words(workload_, path.tensor, sequence_, boxes_);
}

std::int64_t PathCounter::count_iterations(bool in_time) {
  sequence_.extents.assign(workload_.indices.size(), 1);
  sequence_.loops.clear();
  for (const auto* loops : {&rest_, &nest_}) {
    for (const NestLoop& loop : *loops) {
      const Pass pass = loop.in_time == in_time ? Pass::Each : Pass::Once;
      sequence_.loops.push_back({loop.index, loop.factor, loop.step, pass});
    }
  }
  return iterations(workload_, sequence_);
}

bool PathCounter::is_open(const Path& path) const {
  return loops_of(path).open;
}

PathCounter::TileLoops PathCounter::loops_of(const Path& path) const {
  TileLoops result;
  const bool at_compute = path.to == accelerator_.stages.size();
  const auto& latches = accelerator_.compute.latches;
  const bool keeps =
      !at_compute || std::find(latches.begin(), latches.end(), workload_.tensors[path.tensor].name) != latches.end();
  while (result.count < nest_.size() && nest_[result.count].stage < path.to) {
    ++result.count;
  }
  result.kept = result.count;
  result.open = keeps;
  std::size_t stays = 0;
  for (std::size_t i = result.count; keeps && result.open && i-- > 0;) {
    if (!nest_[i].in_time) {
      continue;
    }
    const bool relevant = relevant_[path.tensor * workload_.indices.size() + nest_[i].index];
    result.open = !relevant && lets_stay(nest_[i], path.tensor);
    result.window = i;
    stays += result.open ? 1 : 0;
    result.kept = result.open ? i : result.kept;
  }
  result.slides = keeps && !result.open && lets_stay(nest_[result.window], path.tensor) &&
                  (accelerator_.conventions.halo == Conventions::Halo::Resident || stays == 0);
  return result;
}

void PathCounter::start_sequence(const Path& path, Pass rest) {
  sequence_.extents.assign(workload_.indices.size(), 1);
  for (const NestLoop& loop : nest_) {
    if (loop.stage >= path.to) {
      sequence_.extents[loop.index] *= loop.factor;
    }
  }
  sequence_.loops.clear();
  for (const NestLoop& loop : rest_) {
    sequence_.loops.push_back({loop.index, loop.factor, loop.step, rest});
  }
}

/// May tiles further in stay in place, or slide, while the loop runs?
bool PathCounter::lets_stay(const NestLoop& loop, std::size_t tensor) const {
  return admits(std::get<Level>(accelerator_.stages[loop.stage]).stays, workload_.tensors[tensor].name);
}

/// How the copies behind a loop of a fanout share the words of a tensor.
Pass PathCounter::merged(const NestLoop& loop, std::size_t tensor) const {
  const auto& fanout = std::get<Fanout>(accelerator_.stages[loop.stage]);
  const bool shared = shares(fanout, workload_.indices[loop.index].name, workload_.is_output(tensor));
  return !shared ? Pass::Each : boxes_ ? Pass::Distinct : Pass::Union;
}

}  // namespace pj
