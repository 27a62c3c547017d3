#include "pj/base/sample_mean.hpp"

#include <doctest/doctest.h>

#include <array>

namespace pj {

TEST_CASE("a standard error is the deviation of the sample over the root of its size") {
  // Of 1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9, deviation √(14 / 3), over √4.
  const SampleMean found = sample_mean(std::array{1.0, 2.0, 3.0, 6.0});
  CHECK(found.mean == 3.0);
  CHECK(found.error == doctest::Approx(std::sqrt(14.0 / 3.0) / 2.0));
  CHECK(sample_mean(std::array{5.0}) == SampleMean{5.0, 0.0});
}

}  // namespace pj
