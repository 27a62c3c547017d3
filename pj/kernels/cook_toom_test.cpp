#include "pj/kernels/cook_toom.hpp"

#include <doctest/doctest.h>

#include "pj/base/text.hpp"
#include "tests/support/files.hpp"

namespace pj {

TEST_CASE("F(m,r) is the filter itself in exact fractions for all m and r up to 8") {
  for (int m = 1; m <= 8; ++m) {
    for (int r = 1; r <= 8; ++r) {
      CAPTURE(m);
      CAPTURE(r);
      CHECK(is_exact(cook_toom(m, r)));
      CHECK(is_exact(made_whole(cook_toom(m, r))));
      CHECK(is_exact(conv_cook_toom(m, r)));
      CHECK(is_exact(made_whole(conv_cook_toom(m, r))));
    }
  }
}

TEST_CASE("a filter with a wrong entry is not exact") {
  CookToom f = cook_toom(4, 3);
  f.G(2, 1) += Rational(1, 1'000'000);
  CHECK_FALSE(is_exact(f));
}

TEST_CASE("the matrices are known while compiling") {
  constexpr CookToom f = cook_toom(2, 3);
  static_assert(f.B(1, 1) == Rational(1) && f.G(1, 0) == Rational(1, 2));
}

TEST_CASE("numbers grow in the transforms as the reference table says") {
  if (!shared_is_there("the table of transforms")) {
    return;
  }
  int rows = 0;
  for (const auto& row : read_csv(in_shared("reference/transforms.csv"))) {
    const std::string& name = row.at("transform");
    if (!name.starts_with("Winograd") || name.ends_with("Gray")) {
      continue;
    }
    CAPTURE(name);
    const CookToom f = cook_toom(name[11] - '0', name[15] - '0');  // "Winograd F(2x2,3x3)"
    const auto fraction = [&](const char* column) {
      const std::vector<std::string> parts = split(row.at(column), '/');
      return Rational(parse_integer(parts[0], column), parts.size() > 1 ? parse_integer(parts[1], column) : 1);
    };
    CHECK(largest_row_sum(f.B).to_double() == fraction("input_matrix_max_row_L1").to_double());
    CHECK(largest_row_sum(f.G).to_double() == fraction("filter_matrix_max_row_L1").to_double());
    CHECK(largest_row_sum(f.A).to_double() == fraction("output_matrix_max_row_L1").to_double());
    ++rows;
  }
  CHECK(rows == 5);
}

TEST_CASE("fractions are kept in lowest terms and refused where they do not fit") {
  CHECK(Rational(6, -4) == Rational(-3, 2));
  CHECK(Rational(1, 2) + Rational(1, 3) == Rational(5, 6));
  CHECK(Rational(1, 2) - Rational(1, 2) == Rational(0));
  CHECK(Rational(-2, 3) < Rational(1, 2));
  CHECK_THROWS_AS(Rational(1, 0), std::logic_error);
  const Rational large(WideInteger{1} << 100);
  CHECK_THROWS_AS(large * large, std::logic_error);
}

}  // namespace pj
