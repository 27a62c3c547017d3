#include "pj/study/non_dominated.hpp"

#include <algorithm>

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Few different values, so that many are equal.
std::vector<Objectives> random_points(Rng& rng) {
  const auto numbers = static_cast<std::size_t>(rng.between(1, 4));
  std::vector<Objectives> points(static_cast<std::size_t>(rng.between(0, 40)), Objectives(numbers));
  for (Objectives& point : points) {
    for (double& number : point) {
      number = static_cast<double>(rng.between(0, 6));
    }
  }
  return points;
}

/// The plain twin: every point against every other.
std::vector<std::size_t> compared_in_pairs(const std::vector<Objectives>& points) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (std::none_of(points.begin(), points.end(),
                     [&](const Objectives& other) { return dominates(other, points[i]); })) {
      front.push_back(i);
    }
  }
  return front;
}

}  // namespace

TEST_CASE("the front is that of comparing all pairs") {
  for_random_cases(1000, [](Rng& rng) {
    const std::vector<Objectives> points = random_points(rng);
    std::vector<std::size_t> front = non_dominated(points);
    CHECK(std::is_sorted(front.begin(), front.end(), [&](auto a, auto b) { return points[a] < points[b]; }));
    std::sort(front.begin(), front.end());
    CHECK(front == compared_in_pairs(points));
  });
}

TEST_CASE("a point dominates another where nothing is worse and something is better") {
  CHECK(dominates({1, 2}, {1, 3}));
  CHECK_FALSE(dominates({1, 2}, {1, 2}));
  CHECK_FALSE(dominates({1, 4}, {2, 3}));
}

}  // namespace pj
