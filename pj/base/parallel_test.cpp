#include "pj/base/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace pj {

TEST_CASE("every index is worked on once on any number of threads") {
  for (const int threads : {0, 1, 2, 7}) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> calls(100);
    parallel_for(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) {
      CHECK(count == 1);
    }
  }
}

TEST_CASE("no work calls nothing") {
  parallel_for(0, 4, [](std::size_t) { FAIL("called"); });
}

TEST_CASE("an exception on another thread reaches the caller") {
  const auto work = [](std::size_t i) {
    if (i == 3) {
      throw std::runtime_error("item 3");
    }
  };
  for (const int threads : {1, 4}) {
    CHECK_THROWS_WITH_AS(parallel_for(100, threads, work), "item 3", std::runtime_error);
  }
}

TEST_CASE("of several exceptions the one with the lowest index is thrown") {
  const auto work = [](std::size_t i) { throw std::runtime_error(std::to_string(i)); };
  for (int round = 0; round < 20; ++round) {
    CHECK_THROWS_WITH_AS(parallel_for(8, 4, work), "0", std::runtime_error);
  }
}

TEST_CASE("after an exception no new work starts") {
  int calls = 0;
  CHECK_THROWS(parallel_for(100, 1, [&](std::size_t) {
    ++calls;
    throw std::runtime_error("stop");
  }));
  CHECK(calls == 1);
}

}  // namespace pj
