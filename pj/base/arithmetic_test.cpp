#include "pj/base/arithmetic.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace pj {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

TEST_CASE("a quotient is rounded up") {
  CHECK(ceil_div(0, 3) == 0);
  CHECK(ceil_div(6, 3) == 2);
  CHECK(ceil_div(7, 3) == 3);
  CHECK(ceil_div(most, 2) == most / 2 + 1);
}

TEST_CASE("a product that does not fit 64 bits is nothing") {
  CHECK(checked_product(3, -4) == -12);
  CHECK(checked_product(most, 1) == most);
  CHECK(checked_product(most, 2) == std::nullopt);
}

TEST_CASE("a sum that does not fit 64 bits is nothing") {
  CHECK(checked_sum(3, -4) == -1);
  CHECK(checked_sum(most, 0) == most);
  CHECK(checked_sum(most, 1) == std::nullopt);
}

}  // namespace pj
