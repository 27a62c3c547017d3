#include "pj/inference/run_memory.hpp"

#include <algorithm>

namespace pj {

RunMemory::RunMemory(const Schedule& schedule, int threads)
    : schedule_(schedule),
      arena_(static_cast<std::size_t>(schedule.arena.bytes)),
      workspace_(static_cast<std::size_t>(schedule.workspace * threads)),
      tensors_(schedule.tensors.size()),
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
  const auto most = static_cast<std::size_t>(schedule_.workspace);
  const Step& what = schedule_.steps[step].step;
  return {steps_[step].inputs, steps_[step].outputs,
          std::span(workspace_).subspan(thread * most, static_cast<std::size_t>(what.workspace)), 0, what.parts};
}

void RunMemory::run_step(std::size_t step, std::span<Seconds> times) {
  const Step& what = schedule_.steps[step].step;
  const std::int64_t threads = std::min<std::int64_t>(team_.size(), what.parts);
  if (threads <= 1) {
    StepMemory memory = of_step(step);
    memory.times = times;
    what.run(memory);
    return;
  }
  team_.run([&](int member) {
    if (member < threads) {
      StepMemory memory = of_step(step, static_cast<std::size_t>(member));
      memory.first = what.parts * member / threads;
      memory.last = what.parts * (member + 1) / threads;
      what.run(memory);
    }
  });
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
