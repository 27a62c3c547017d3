#include "pj/data/idx.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

const std::string two_by_two("\0\0\x08\x02\0\0\0\x02\0\0\0\x02\x01\x02\x03\xFF", 16);

}  // namespace

TEST_CASE("an IDX file has its type, sizes and elements in its header's order") {
  const Constant tensor = parse_idx(two_by_two, "x");
  CHECK(tensor.shape == Sizes{2, 2});
  CHECK(whole_numbers(tensor) == Sizes{1, 2, 3, 255});
  CHECK(whole_numbers(parse_idx(std::string("\0\0\x0B\x01\0\0\0\x01\xFF\xFE", 10), "x")) == Sizes{-2});
}

TEST_CASE("damaged IDX files are refused") {
  CHECK_THROWS_WITH_AS(parse_idx("text", "x"),
                       "x: is no IDX file; it must begin with two zeros, a type and the number of axes", InputError);
  CHECK_THROWS_WITH_AS(parse_idx(two_by_two.substr(0, 9), "x"), "x: its IDX header is cut off; fetch the file anew",
                       InputError);
  CHECK_THROWS_WITH_AS(parse_idx(two_by_two.substr(0, 14), "x"),
                       "x: has 2 bytes of elements, which do not fill 2×2 uint8; it is damaged or was cut off",
                       InputError);
  CHECK_THROWS_AS(parse_idx(std::string("\0\0\x08\x03\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 16), "x"),
                  InputError);
}

}  // namespace pj
