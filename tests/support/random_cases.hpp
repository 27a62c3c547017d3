#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

#include "pj/base/random.hpp"

namespace pj {

/// The sanitizers make every case several times slower: a tenth of the cases finds what they look for.
#ifdef __SANITIZE_ADDRESS__
constexpr int fewer_cases = 10;
#else
constexpr int fewer_cases = 1;
#endif

/// Runs `test` with `count` differently seeded sources; the seed stands beside every failure.
template <class Test>
void for_random_cases(int count, Test test, std::uint64_t first_seed = 1) {
  const auto cases = static_cast<std::uint64_t>(std::max(1, count / fewer_cases));
  for (std::uint64_t seed = first_seed; seed < first_seed + cases; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    test(rng);
  }
}

}  // namespace pj
