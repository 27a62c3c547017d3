#include "pj/base/waiting.hpp"

#include <chrono>

namespace pj {

namespace {

constexpr std::chrono::microseconds watched{200};
constexpr int loads_between_looks = 32;  // at the clock: with their pauses about a microsecond

/// Tells the processor that a loop waits, so that it gives memory and a sibling thread room.
void pause_loop() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < loads_between_looks; ++i) {
      if (const std::uint32_t now = value.load(std::memory_order_acquire); now != old) {
        return now;
      }
      pause_loop();
    }
  } while (std::chrono::steady_clock::now() - start < watched);
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace pj
