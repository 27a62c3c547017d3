#include "pj/study/page_text.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("a table has its first column to the left") {
  CHECK(table_head({"layer", "ours"}) == "| layer | ours |\n|---|---:|\n");
  CHECK(table_line({"conv1", "2"}) == "| conv1 | 2 |\n");
}

TEST_CASE("numbers have four digits, errors tenths of a percent") {
  CHECK(page_number(12345.0) == "12,345");
  CHECK(page_number(0.123456) == "0.1235");
  CHECK(page_percent(0.0003) == "0");
  CHECK(signed_page_percent(-0.0123) == "−1.2 %");
  CHECK(signed_page_percent(0.123) == "+12.3 %");
}

}  // namespace pj
