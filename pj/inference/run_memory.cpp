#include "pj/inference/run_memory.hpp"

#include <algorithm>

namespace pj {

namespace {

/// Threads write to pages of their own.
std::size_t whole_pages(std::int64_t bytes) {
  constexpr std::int64_t page = 4096;
  return static_cast<std::size_t>(ceil_div(bytes, page) * page);
}

std::vector<std::int64_t> parts_of(const auto& stages) {
  std::vector<std::int64_t> parts;
  for (const auto& stage : stages) {
    parts.push_back(stage.parts);
  }
  return parts;
}

}  // namespace

RunMemory::RunMemory(const Schedule& schedule, int threads)
    : schedule_(schedule),
      thread_workspace_(whole_pages(schedule.workspace)),
      shared_(whole_pages(schedule.shared)),
      arena_(static_cast<std::size_t>(schedule.arena.bytes)),
      workspace_(shared_ + thread_workspace_ * static_cast<std::size_t>(threads)),
      tensors_(schedule.tensors.size()),
      step_stages_(stages_of(schedule)),
      stages_(parts_of(step_stages_)),
      team_(threads) {
  const auto place = [&](std::size_t tensor) -> std::span<std::byte> {
    const auto [root, offset] = schedule.root(tensor);
    if (schedule.tensors[root].input != PlannedTensor::none) {
      return {};
    }
    return std::span(arena_).subspan(static_cast<std::size_t>(schedule.tensors[root].offset + offset),
                                     static_cast<std::size_t>(schedule.tensors[tensor].bytes));
  };
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i] = place(i);
  }
  for (const PlannedStep& step : schedule.steps) {
    StepSpans spans;
    for (const std::size_t tensor : step.inputs) {
      spans.inputs.push_back(tensors_[tensor]);
    }
    for (const std::size_t tensor : step.outputs) {
      spans.outputs.push_back(place(tensor));
    }
    steps_.push_back(std::move(spans));
  }
  for (std::size_t s = 0; s <= steps_.size(); ++s) {
    const auto first = std::ranges::lower_bound(step_stages_, s, {}, &StepStage::step);
    first_stages_.push_back(static_cast<std::size_t>(first - step_stages_.begin()));
  }
}

std::vector<RunMemory::StepStage> RunMemory::stages_of(const Schedule& schedule) {
  std::vector<StepStage> stages;
  for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
    const Step& step = schedule.steps[s].step;
    if (step.run_first) {
      stages.push_back({s, &step.run_first, step.first_parts});
    }
    if (step.run) {
      stages.push_back({s, &step.run, step.parts});
    }
  }
  return stages;
}

void RunMemory::set_inputs(std::span<const std::span<const std::byte>> inputs) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const auto [root, offset] = schedule_.root(i);
    const std::size_t input = schedule_.tensors[root].input;
    if (input != PlannedTensor::none) {
      tensors_[i] =
          inputs[input].subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(schedule_.tensors[i].bytes));
    }
  }
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    for (std::size_t i = 0; i < steps_[s].inputs.size(); ++i) {
      steps_[s].inputs[i] = tensors_[schedule_.steps[s].inputs[i]];
    }
  }
}

StepMemory RunMemory::of_step(std::size_t step, std::size_t thread) {
  const Step& what = schedule_.steps[step].step;
  const std::span<std::byte> workspace(workspace_);
  StepMemory memory{steps_[step].inputs, steps_[step].outputs,
                    workspace.subspan(shared_ + thread * thread_workspace_, static_cast<std::size_t>(what.workspace))};
  memory.shared = workspace.first(static_cast<std::size_t>(what.shared));
  memory.times = times_;
  return memory;
}

void RunMemory::run_alone(std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    StepMemory memory = of_step(step_stages_[i].step, 0);
    memory.last = step_stages_[i].parts;
    (*step_stages_[i].run)(memory);
  }
}

void RunMemory::run_steps(std::size_t first_step, std::size_t last_step, std::span<Seconds> times) {
  times_ = times;
  const std::size_t first = first_stages_[first_step];
  const std::size_t last = first_stages_[last_step];
  if (team_.size() == 1) {
    run_alone(first, last);
    return;
  }
  stages_.begin();
  const auto work = [&](int member) {
    stages_.work(first, last, team_.size(), [this, member](std::size_t stage, std::int64_t from, std::int64_t to) {
      StepMemory memory = of_step(step_stages_[stage].step, static_cast<std::size_t>(member));
      memory.first = from;
      memory.last = to;
      (*step_stages_[stage].run)(memory);
    });
  };
  team_.run(std::ref(work));  // a reference, so that nothing is allocated
}

RunMemories::Lease RunMemories::lease(const Schedule& schedule, int threads) {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto memory = std::move(free_.back());
      free_.pop_back();
      return {*this, std::move(memory)};
    }
  }
  return {*this, std::make_unique<RunMemory>(schedule, threads)};
}

void RunMemories::give_back(std::unique_ptr<RunMemory> memory) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(memory));
}

}  // namespace pj
