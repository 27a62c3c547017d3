#include "pj/base/text.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("a noun follows its count into the plural") {
  CHECK(counted(1, "row") == "1 row");
  CHECK(counted(0, "row") == "0 rows");
  CHECK(counted(2, "axis", "axes") == "2 axes");
  CHECK(counted(1, "axis", "axes") == "1 axis");
}

TEST_CASE("large numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(-1234) == "-1,234");
}

TEST_CASE("a misspelt word finds the word that was meant") {
  const std::vector<std::string> known{"Input", "Weight", "Output"};
  CHECK(nearest("Ouptut", known) == "Output");
  CHECK(nearest("xyz", known).empty());
}

}  // namespace pj
