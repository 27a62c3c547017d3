#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "pj/base/team.hpp"
#include "pj/base/tensor.hpp"
#include "pj/inference/schedule.hpp"

namespace pj {

/// All memory of one run of a schedule: the arena, the workspace of each thread, and where each step finds its
/// tensors; and the threads that compute a step together.
class RunMemory {
 public:
  RunMemory(const Schedule& schedule, int threads);

  /// Points to the caller's memory where steps read the network's inputs.
  void set_inputs(std::span<const std::span<const std::byte>> inputs);

  std::span<const std::byte> tensor(std::size_t tensor) const { return tensors_[tensor]; }
  /// Computes the steps from `first` to before `last`, the threads sharing the parts of each; `times` as in
  /// `StepMemory`, for one step.
  void run_steps(std::size_t first, std::size_t last, std::span<Seconds> times = {});

 private:
  struct StepSpans {
    std::vector<std::span<const std::byte>> inputs;
    std::vector<std::span<std::byte>> outputs;
  };
  /// A stage of a step: what it calls, and how many parts it has.
  struct StepStage {
    std::size_t step;
    const std::function<void(const StepMemory&)>* run;
    std::int64_t parts;
  };

  static std::vector<StepStage> stages_of(const Schedule& schedule);
  void run_alone(std::size_t first, std::size_t last);
  /// What a step may touch; the workspace is that of a thread.
  StepMemory of_step(std::size_t step, std::size_t thread);

  const Schedule& schedule_;
  std::size_t thread_workspace_, shared_;  ///< bytes, whole pages
  Buffer<std::byte> arena_, workspace_;
  std::vector<std::span<const std::byte>> tensors_;
  std::vector<StepSpans> steps_;
  std::vector<StepStage> step_stages_;
  std::vector<std::size_t> first_stages_;  ///< of each step, and one past the last
  std::span<Seconds> times_;               ///< of the step that runs
  Stages stages_;
  Team team_;
};

/// Memory for as many runs as there have been at a time; nothing is allocated for a run when one is free.
class RunMemories {
 public:
  /// One run's memory, given back when it is destroyed.
  class Lease {
   public:
    Lease(RunMemories& owner, std::unique_ptr<RunMemory> memory) : owner_(owner), memory_(std::move(memory)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { owner_.give_back(std::move(memory_)); }
    RunMemory& operator*() const { return *memory_; }
    RunMemory* operator->() const { return memory_.get(); }

   private:
    RunMemories& owner_;
    std::unique_ptr<RunMemory> memory_;
  };

  Lease lease(const Schedule& schedule, int threads);

 private:
  void give_back(std::unique_ptr<RunMemory> memory);

  std::mutex mutex_;
  std::vector<std::unique_ptr<RunMemory>> free_;
};

}  // namespace pj
