#include "pj/base/units.hpp"

#include <doctest/doctest.h>

namespace pj {

namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Subtractable = requires(A a, B b) { a - b; };
template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };
template <class A, class B>
concept Multipliable = requires(A a, B b) { a* b; };

static_assert(Addable<Picojoules, Picojoules>);
static_assert(!Addable<Picojoules, Cycles> && !Subtractable<Picojoules, Cycles> && !Comparable<Picojoules, Cycles>);
static_assert(!Addable<Picojoules, double> && !Addable<Cycles, int>);
static_assert(!Multipliable<Picojoules, Picojoules> && !Multipliable<Cycles, Picojoules>);
static_assert(!Addable<Bits, Picojoules> && !Addable<Bits, std::int64_t>);
static_assert(!std::is_convertible_v<double, Picojoules> && !std::is_convertible_v<Picojoules, double>);

}  // namespace

TEST_CASE("quantities of one unit add, subtract and compare") {
  CHECK(1.5_pJ + 2.0_pJ == 3.5_pJ);
  CHECK(1.5_pJ - 2.0_pJ == Picojoules{-0.5});
  CHECK(1.5_pJ < 2.0_pJ);
  Cycles sum{1.0};
  sum += Cycles{2.0};
  CHECK(sum == Cycles{3.0});
}

TEST_CASE("a count or a factor scales a quantity") {
  CHECK(std::int64_t{3} * 1.5_pJ == 4.5_pJ);
  CHECK(1.5_pJ * 2.0 == 3.0_pJ);
  CHECK(2.0 * 1.5_pJ == 3.0_pJ);
  CHECK(3.0_pJ / 2.0 == 1.5_pJ);
}

TEST_CASE("the ratio of two quantities of one unit is a number") {
  CHECK(3.0_pJ / 2.0_pJ == 1.5);
}

TEST_CASE("cycles over a clock are seconds") {
  CHECK(Cycles{200e6} / Hertz{200e6} == Seconds{1.0});
}

TEST_CASE("bits are whole numbers that add exactly") {
  CHECK(std::int64_t{3} * Bits{5} + Bits{1} == Bits{16});
  CHECK(Bits{3} < Bits{4});
}

}  // namespace pj
