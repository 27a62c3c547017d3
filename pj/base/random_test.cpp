#include "pj/base/random.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>

namespace pj {

TEST_CASE("the same seed gives the same numbers on every platform") {
  Rng rng(5489);  // the standard fixes the 10000th number of this seed: [rand.predef]
  std::uint64_t number = 0;
  constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 10000; ++i) {
    number = static_cast<std::uint64_t>(rng.between(low, high)) - static_cast<std::uint64_t>(low);
  }
  CHECK(number == 9981545732273789042ULL);
}

TEST_CASE("whole numbers reach both ends of their range and stay within") {
  Rng rng(1);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) {
    seen.insert(rng.between(-1, 2));
  }
  CHECK(seen == std::set<std::int64_t>{-1, 0, 1, 2});
  CHECK(rng.between(7, 7) == 7);
}

TEST_CASE("uniform numbers lie in [0, 1) with a mean of a half") {
  Rng rng(1);
  double sum = 0.0;
  for (int i = 0; i < 10000; ++i) {
    const double number = rng.uniform();
    REQUIRE(number >= 0.0);
    REQUIRE(number < 1.0);
    sum += number;
  }
  CHECK(sum / 10000 == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("a chance of 0 never comes true and one of 1 always does") {
  Rng rng(1);
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(rng.chance(0.0));
    CHECK(rng.chance(1.0));
  }
}

}  // namespace pj
