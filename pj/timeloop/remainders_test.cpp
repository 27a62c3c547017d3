#include "pj/timeloop/remainders.hpp"

#include <doctest/doctest.h>

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// The plain twin: counts the iterations of nested loops whose last tiles run short.
std::int64_t iterations(std::span<const std::int64_t> factors, std::span<const std::int64_t> last, bool is_last) {
  if (factors.empty()) {
    return 1;
  }
  const std::int64_t count = is_last ? last[0] : factors[0];
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += iterations(factors.subspan(1), last.subspan(1), is_last && i + 1 == count);
  }
  return sum;
}

}  // namespace

TEST_CASE("loops with remainders run through every element once") {
  for_random_cases(1000, [](Rng& rng) {
    const std::int64_t size = rng.between(1, 60);
    std::vector<std::int64_t> factors;
    std::int64_t inside = 1;
    for (int i = 0; i < 3; ++i) {
      factors.insert(factors.begin(), rng.between(1, 4));
      inside *= factors.front();
    }
    factors.insert(factors.begin(), (size + inside - 1) / inside);
    const std::vector<std::int64_t> last = remainders(factors, size);
    CHECK(iterations(factors, last, true) == size);
    CHECK(covered(factors, last, 1000) == size);
  });
}

TEST_CASE("factors that divide have no remainders") {
  CHECK(remainders(std::vector<std::int64_t>{2, 3, 4}, 24) == std::vector<std::int64_t>{2, 3, 4});
  CHECK(remainders(std::vector<std::int64_t>{4, 4}, 13) == std::vector<std::int64_t>{4, 1});
}

TEST_CASE("a product of factors beyond the limit is cut there") {
  const std::vector<std::int64_t> factors(8, 1 << 24);
  CHECK(covered(factors, factors, 100) == 101);
  CHECK(covered({}, {}, 100) == 1);
}

}  // namespace pj
