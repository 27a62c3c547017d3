#pragma once

#include <doctest/doctest.h>

#include <cstdint>

#include "pj/base/random.hpp"

namespace pj {

/// Runs `test` with `count` differently seeded sources; the seed stands beside every failure.
template <class Test>
void for_random_cases(int count, Test test, std::uint64_t first_seed = 1) {
  for (std::uint64_t seed = first_seed; seed < first_seed + static_cast<std::uint64_t>(count); ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    test(rng);
  }
}

}  // namespace pj
