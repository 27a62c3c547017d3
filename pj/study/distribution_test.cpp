#include "pj/study/distribution.hpp"

#include <doctest/doctest.h>

#include "tests/support/random_cases.hpp"

namespace pj {

TEST_CASE("mean, deviation and quantiles of a few numbers, by hand") {
  const Distribution few = distribution_of({4.0, 1.0, 3.0, 2.0});
  CHECK(few.mean == 2.5);
  CHECK(few.deviation == doctest::Approx(1.2909944));  // √(5 / 3)
  CHECK(few.standard_error() == doctest::Approx(0.6454972));
  CHECK(few.quantile(0.0) == 1.0);
  CHECK(few.quantile(0.5) == 2.5);
  CHECK(few.quantile(0.75) == 3.25);
  CHECK(few.quantile(1.0) == 4.0);
}

TEST_CASE("one number has no deviation, and equal ones a single bin") {
  CHECK(distribution_of({7.0}).deviation == 0.0);
  CHECK(distribution_of({7.0, 7.0}).histogram(5) == std::vector<Distribution::Bin>{{7.0, 7.0, 2}});
}

TEST_CASE("each number is in the bin whose range holds it, and bins follow each other") {
  for_random_cases(200, [](Rng& rng) {
    std::vector<double> numbers;
    for (std::int64_t i = rng.between(2, 60); i > 0; --i) {
      numbers.push_back(rng.between(0, 3) == 0 ? static_cast<double>(rng.between(-3, 3)) : 10.0 * rng.uniform());
    }
    const Distribution all = distribution_of(numbers);
    const auto bins = all.histogram(static_cast<int>(rng.between(1, 12)));
    std::int64_t counted = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      const bool is_last = i + 1 == bins.size();
      std::int64_t inside = 0;
      for (const double x : numbers) {
        inside += x >= bins[i].low && (x < bins[i].high || (is_last && x == bins[i].high)) ? 1 : 0;
      }
      CHECK(bins[i].count == inside);
      CHECK((is_last || bins[i].high == bins[i + 1].low));
      counted += bins[i].count;
    }
    CHECK(counted == all.count);
  });
}

}  // namespace pj
