#include "pj/base/median.hpp"

#include <doctest/doctest.h>

#include "pj/base/units.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

TEST_CASE("the median is the middle of the sorted numbers") {
  for_random_cases(100, [](Rng& rng) {
    std::vector<Seconds> numbers;
    for (std::int64_t i = rng.between(1, 9); i > 0; --i) {
      numbers.push_back(Seconds{rng.uniform()});
    }
    std::vector<Seconds> sorted = numbers;
    std::ranges::sort(sorted);
    CHECK(median(numbers) == sorted[sorted.size() / 2]);
  });
}

}  // namespace pj
