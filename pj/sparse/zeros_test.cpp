#include "pj/sparse/zeros.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/support/random_cases.hpp"
#include "tests/support/random_zeros.hpp"

namespace pj {

namespace {

/// A closed form is believed where executions agree within this many standard standard_errors, and a bit for rare
/// events.
constexpr double standard_errors = 5.0;
constexpr double rare = 0.004;

std::int64_t nonzeros(Rng& rng, std::int64_t elements, double density) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < elements; ++i) {
    count += rng.chance(density) ? 1 : 0;
  }
  return count;
}

/// The non-zeros among the first elements of a shuffled tensor with a fixed number of them.
std::int64_t drawn_nonzeros(Rng& rng, std::int64_t all, std::int64_t fixed, std::int64_t elements) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < elements; ++i) {
    count += rng.between(1, all - i) <= fixed - count ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("the probability of an empty tile is the share of empty tiles of random tensors") {
  for_random_cases(40, [](Rng& rng) {
    const std::int64_t elements = rng.between(1, 12);
    const double density = rng.uniform();
    const SampleMean empty = sample_mean(4000, [&] { return nonzeros(rng, elements, density) == 0 ? 1.0 : 0.0; });
    CAPTURE(density);
    CHECK(std::abs(empty_probability(density, elements) - empty.mean) <= standard_errors * empty.error + rare);
  });
}

TEST_CASE("so it is where the number of non-zeros is fixed") {
  for_random_cases(40, [](Rng& rng) {
    const std::int64_t all = rng.between(1, 40);
    const std::int64_t fixed = rng.between(0, all);
    const std::int64_t elements = rng.between(0, all);
    const SampleMean empty =
        sample_mean(4000, [&] { return drawn_nonzeros(rng, all, fixed, elements) == 0 ? 1.0 : 0.0; });
    CHECK(std::abs(empty_probability_of_fixed(all, fixed, elements) - empty.mean) <=
          standard_errors * empty.error + rare);
  });
  CHECK(empty_probability_of_fixed(4, 2, 2) == doctest::Approx(1.0 / 6.0));
}

TEST_CASE("the expected work of the slowest lane is the mean over random lanes") {
  for_random_cases(30, [](Rng& rng) {
    const std::int64_t elements = rng.between(1, 40);
    const std::int64_t lanes = rng.between(1, 16);
    const double density = rng.uniform();
    const SampleMean slowest = sample_mean(1500, [&] {
      std::int64_t most = 0;
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        most = std::max(most, nonzeros(rng, elements, density));
      }
      return static_cast<double>(most);
    });
    CAPTURE(density);
    CAPTURE(lanes);
    CHECK(std::abs(expected_largest_count(density, elements, lanes) - slowest.mean) <=
          standard_errors * slowest.error + rare);
  });
}

TEST_CASE("one lane expects its share, and full or empty tensors have no imbalance") {
  CHECK(expected_largest_count(0.3, 1000, 1) == doctest::Approx(300.0));
  CHECK(expected_largest_count(1.0, 16, 16) == 16.0);
  CHECK(expected_largest_count(0.0, 16, 16) == 0.0);
  CHECK(empty_probability(1.0, 3) == 0.0);
  CHECK(empty_probability(0.0, 3) == 1.0);
}

}  // namespace pj
