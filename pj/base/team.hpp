#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace pj {

/// Threads that are kept for many short pieces of work. Between two pieces they watch for the next one for some
/// microseconds and then sleep, so that other processes keep the cores.
class Team {
 public:
  /// The caller is one of the `size` members.
  explicit Team(int size);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  int size() const { return static_cast<int>(faults_.size()); }

  /// Calls `work(i)` for every member i at the same time, the first on this thread. The first exception, by member, is
  /// thrown again after all have ended. Allocates nothing. Not for two callers at a time.
  void run(const std::function<void(int)>& work);

 private:
  void follow(int member);
  void work_as(int member);

  std::vector<std::exception_ptr> faults_;
  const std::function<void(int)>* work_ = nullptr;  ///< null: the end
  std::atomic<std::uint32_t> round_{0};
  std::atomic<std::uint32_t> busy_{0};
  std::vector<std::jthread> followers_;
};

}  // namespace pj
