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

  /// What a step may touch, all its parts; the workspace is that of a thread.
  StepMemory of_step(std::size_t step, std::size_t thread = 0);
  std::span<const std::byte> tensor(std::size_t tensor) const { return tensors_[tensor]; }
  /// Computes a step, each thread some of its parts; `times` as in `StepMemory`.
  void run_step(std::size_t step, std::span<Seconds> times = {});

 private:
  struct StepSpans {
    std::vector<std::span<const std::byte>> inputs;
    std::vector<std::span<std::byte>> outputs;
  };

  const Schedule& schedule_;
  Buffer<std::byte> arena_, workspace_;
  std::vector<std::span<const std::byte>> tensors_;
  std::vector<StepSpans> steps_;
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
