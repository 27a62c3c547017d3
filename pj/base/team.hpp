#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace pj {

/// Threads that are kept for many short pieces of work which the caller could do alone. Between two pieces they watch
/// for the next one for a while and then sleep.
class Team {
 public:
  /// The caller is one of the `size` members.
  explicit Team(int size);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  int size() const { return static_cast<int>(members_.size()); }

  /// Calls `work(0)` on this thread and, at the same time, `work(i)` on every other member that comes before this
  /// thread is done: nobody waits for a thread that has no core. The first exception, by member, is thrown again after
  /// all have ended. Allocates nothing. Not for two callers at a time.
  void run(const std::function<void(int)>& work);

 private:
  /// What a member does; the caller offers, a follower takes, and the caller withdraws what was not taken.
  enum Place : std::uint32_t { Idle, Offered, Working };
  struct alignas(64) Member {
    std::atomic<std::uint32_t> place{Idle};
    std::exception_ptr fault;
  };

  void follow(std::size_t member);
  void work_as(std::size_t member);
  void rethrow_first();

  std::vector<Member> members_;
  const std::function<void(int)>* work_ = nullptr;
  std::atomic<bool> ended_ = false;
  std::atomic<std::uint32_t> round_{0};
  std::vector<std::jthread> followers_;
};

/// Work in stages, each of parts that can be computed in any order and at the same time: a stage begins when all parts
/// of the one before have ended. Whoever is free takes the next parts, so that no thread waits for a slower one.
class Stages {
 public:
  using Compute = std::function<void(std::size_t stage, std::int64_t first, std::int64_t last)>;

  /// The parts of each stage.
  explicit Stages(std::span<const std::int64_t> parts);

  std::size_t size() const { return stages_.size(); }
  /// Before the threads come: all parts are to be computed.
  void begin();
  /// Computes parts of the stages from `first` to before `last` until all have ended. Every thread of a team of this
  /// `size` calls it; what one of them throws ends the others.
  void work(std::size_t first, std::size_t last, int size, const Compute& compute);

 private:
  struct alignas(64) Stage {
    std::int64_t parts = 0;
    std::atomic<std::int64_t> next{0};
    std::atomic<std::uint32_t> left{0};  ///< parts that have not ended
  };

  void compute_parts(std::size_t stage, int size, const Compute& compute);

  std::unique_ptr<Stage[]> memory_;
  std::span<Stage> stages_;
  std::atomic<bool> failed_ = false;
};

}  // namespace pj
