#include "pj/base/waiting.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

namespace pj {

TEST_CASE("a value that has changed is returned at once") {
  const std::atomic<std::uint32_t> value = 7;
  CHECK(wait_for_change(value, 6) == 7);
}

TEST_CASE("who waits sees a change while it watches and while it sleeps") {
  for (const auto delay : {std::chrono::microseconds(20), std::chrono::microseconds(5000)}) {
    std::atomic<std::uint32_t> value = 1;
    const std::jthread other([&] {
      std::this_thread::sleep_for(delay);
      value.store(2, std::memory_order_release);
      value.notify_all();
    });
    CHECK(wait_for_change(value, 1) == 2);
  }
}

}  // namespace pj
