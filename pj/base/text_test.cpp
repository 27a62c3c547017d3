#include "pj/base/text.hpp"

#include <doctest/doctest.h>

namespace pj {

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
