#pragma once

#include <atomic>
#include <stdexcept>
#include <string>

namespace pj {

/// Long work was asked to stop and did.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(const std::string& message = "interrupted") : std::runtime_error(message) {}
};

/// A wish to stop, made once by a signal handler or another thread and polled by long work.
class Interrupt {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// Throws `Interrupted` where a stop was asked for.
  void check() const {
    if (requested()) {
      throw Interrupted();
    }
  }

 private:
  std::atomic<bool> requested_{false};
  static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");
};

}  // namespace pj
