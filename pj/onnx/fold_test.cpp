#include "pj/onnx/fold.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

Constant whole(const Sizes& shape, const Sizes& numbers) {
  return constant_of(NumberFormat::fixed(64), shape, std::span<const std::int64_t>(numbers));
}

Constant real(const Sizes& shape, const std::vector<double>& numbers) {
  return constant_of(NumberFormat::float32(), shape, numbers);
}

/// 0, 1, 2, … in the given shape.
Constant counting(const Sizes& shape) {
  Sizes numbers(static_cast<std::size_t>(element_count(shape)));
  std::iota(numbers.begin(), numbers.end(), 0);
  return whole(shape, numbers);
}

std::vector<Constant> folded(const Layer& layer, const std::vector<Constant>& operands) {
  std::vector<Value> values;
  for (const Constant& operand : operands) {
    values.push_back({.shape = operand.shape, .format = operand.format, .is_constant = true});
  }
  std::vector<const Value*> pointers;
  std::vector<const Constant*> constants;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    pointers.push_back(&values[i]);
    constants.push_back(&operands[i]);
  }
  const auto types = infer(layer, pointers);
  return fold(layer, constants, types).value_or(std::vector<Constant>{});
}

Sizes numbers(const Layer& layer, const std::vector<Constant>& operands) {
  return whole_numbers(folded(layer, operands).at(0));
}

}  // namespace

TEST_CASE("folded whole numbers are added, divided and compared as in ONNX") {
  using Kind = Elementwise::Kind;
  const Constant a = whole({4}, {7, -7, 7, -7});
  const Constant b = whole({4}, {2, 2, -2, -2});
  CHECK(numbers(Elementwise{Kind::Add}, {a, b}) == Sizes{9, -5, 5, -9});
  CHECK(numbers(Elementwise{Kind::Div}, {a, b}) == Sizes{3, -3, -3, 3});
  CHECK(numbers(Elementwise{Kind::Mod}, {a, b}) == Sizes{1, 1, -1, -1});
  CHECK(numbers(Elementwise{Kind::Fmod}, {a, b}) == Sizes{1, -1, 1, -1});
  CHECK(numbers(Elementwise{Kind::Pow}, {whole({2}, {2, 3}), whole({2}, {10, 3})}) == Sizes{1024, 27});
  CHECK(numbers(Elementwise{Kind::Less}, {a, whole({}, {0})}) == Sizes{0, 1, 0, 1});
  CHECK(numbers(Elementwise{Kind::Max}, {a, b, whole({}, {3})}) == Sizes{7, 3, 7, 3});
  CHECK(numbers(Elementwise{Kind::Where}, {constant_of(NumberFormat::boolean(), {2}, Sizes{1, 0}), whole({}, {5}),
                                           whole({2}, {1, 2})}) == Sizes{5, 2});
}

TEST_CASE("folding a division by zero is refused and the smallest number divides by minus one") {
  using Kind = Elementwise::Kind;
  CHECK_THROWS_WITH_AS(numbers(Elementwise{Kind::Div}, {whole({}, {1}), whole({}, {0})}),
                       "divides a whole number by zero; check what the divisor is made from", InputError);
  CHECK(numbers(Elementwise{Kind::Div}, {whole({}, {INT64_MIN}), whole({}, {-1})}) == Sizes{INT64_MIN});
  CHECK(numbers(Elementwise{Kind::Mod}, {whole({}, {INT64_MIN}), whole({}, {-1})}) == Sizes{0});
}

TEST_CASE("folded reals are rounded to their format") {
  const Constant sum = folded(Elementwise{Elementwise::Kind::Add}, {real({1}, {0.1}), real({1}, {0.2})}).at(0);
  CHECK(real_numbers(sum).at(0) == static_cast<double>(0.1F + 0.2F));
  const Constant root = folded(Activation{Activation::Kind::Sqrt}, {real({2}, {2.0, 9.0})}).at(0);
  CHECK(real_numbers(root) == std::vector<double>{static_cast<double>(std::sqrt(2.0F)), 3.0});
}

TEST_CASE("folded shapes are sliced, gathered, joined and split") {
  const Constant shape = whole({4}, {1, 3, 224, 112});
  CHECK(numbers(Slice{{2}, {INT64_MAX}, {0}, {}}, {shape}) == Sizes{224, 112});
  CHECK(numbers(Slice{{-1}, {INT64_MIN}, {0}, {-2}}, {shape}) == Sizes{112, 3});
  CHECK(numbers(Gather{}, {shape, whole({}, {-2})}) == Sizes{224});
  CHECK(numbers(Gather{}, {shape, whole({2}, {3, 0})}) == Sizes{112, 1});
  CHECK(numbers(Concat{0}, {whole({1}, {5}), shape}) == Sizes{5, 1, 3, 224, 112});
  CHECK(numbers(Concat{1}, {whole({2, 1}, {1, 2}), whole({2, 2}, {3, 4, 5, 6})}) == Sizes{1, 3, 4, 2, 5, 6});
  const auto pieces = folded(Split{0, {1, 3}}, {shape});
  CHECK(whole_numbers(pieces.at(1)) == Sizes{3, 224, 112});
  CHECK_THROWS_WITH_AS(numbers(Gather{}, {shape, whole({}, {4})}),
                       "picks index 4 of an axis of 4; indices run from -4 to 3", InputError);
}

TEST_CASE("folded tensors are transposed, expanded, gathered by elements and scattered") {
  CHECK(numbers(Transpose{{1, 0}}, {counting({2, 3})}) == Sizes{0, 3, 1, 4, 2, 5});
  CHECK(numbers(Transpose{{2, 0, 1}}, {counting({2, 1, 3})}) == Sizes{0, 3, 1, 4, 2, 5});
  CHECK(numbers(Expand{Expand::Kind::Broadcast, {2, 3}}, {counting({3})}) == Sizes{0, 1, 2, 0, 1, 2});
  CHECK(numbers(Expand{Expand::Kind::Tile, {2, 2}}, {counting({1, 2})}) == Sizes{0, 1, 0, 1, 0, 1, 0, 1});
  CHECK(numbers(Gather{Gather::Kind::Elements, 1}, {counting({2, 2}), whole({2, 1}, {1, 0})}) == Sizes{1, 2});
  CHECK(numbers(Gather{Gather::Kind::Nd}, {counting({2, 2, 2}), whole({2, 2}, {0, 1, 1, 0})}) == Sizes{2, 3, 4, 5});
  CHECK(numbers(Gather{Gather::Kind::Nd, 0, 1}, {counting({2, 2}), whole({2, 1}, {1, 0})}) == Sizes{1, 2});
  CHECK(numbers(Scatter{}, {counting({4}), whole({1, 1}, {-1}), whole({1}, {9})}) == Sizes{0, 1, 2, 9});
}

TEST_CASE("folded tensors are reduced over the named axes") {
  using Kind = Reduce::Kind;
  CHECK(numbers(Reduce{Kind::Prod, {}, false}, {whole({3}, {2, 3, 4})}) == Sizes{24});
  CHECK(numbers(Reduce{Kind::Sum, {0}, false}, {counting({2, 3})}) == Sizes{3, 5, 7});
  CHECK(numbers(Reduce{Kind::Max, {-1}, true}, {counting({2, 3})}) == Sizes{2, 5});
  CHECK(numbers(Reduce{Kind::Sum, {0}, false}, {counting({0, 2})}) == Sizes{0, 0});
  CHECK(numbers(Reduce{Kind::Mean, {0}, false}, {whole({2}, {3, 6})}) == Sizes{4});
}

TEST_CASE("folded casts lose fractions and wrap around") {
  CHECK(numbers(Cast{NumberFormat::fixed(64)}, {real({3}, {2.9, -2.9, 1e30})}) == Sizes{2, -2, 9223372036854774784});
  CHECK(numbers(Cast{NumberFormat::fixed(8, false)}, {whole({2}, {300, -1})}) == Sizes{44, 255});
  CHECK(numbers(Cast{NumberFormat::boolean()}, {real({2}, {0.5, 0.0})}) == Sizes{1, 0});
}

TEST_CASE("layers that are no shape arithmetic are not folded") {
  CHECK(folded(MatMul{}, {real({1, 1}, {2.0}), real({1, 1}, {3.0})}).empty());
  CHECK(folded(Softmax{}, {real({2}, {1.0, 2.0})}).empty());
}

TEST_CASE("small floats are the numbers of IEEE 754 and of OCP, rounded to the nearest") {
  const auto round = [](double number, int bits, int exponent) {
    const NumberFormat format = NumberFormat::floating(bits, exponent);
    return real_numbers(constant_of(format, {1}, std::vector<double>{number})).at(0);
  };
  CHECK(round(1.0 / 3.0, 16, 5) == 0.333251953125);
  CHECK(round(65504.0, 16, 5) == 65504.0);
  CHECK(round(6e-8, 16, 5) == 0x1p-24);
  CHECK(std::isinf(round(65520.0, 16, 5)));
  CHECK(round(3.0, 16, 8) == 3.0);
  CHECK(round(448.0, 8, 4) == 448.0);
  CHECK(round(1e9, 8, 4) == 448.0);
  CHECK(round(57344.0, 8, 5) == 57344.0);
  CHECK(round(-6.0, 4, 2) == -6.0);
  CHECK(round(0.3, 4, 2) == 0.5);
  CHECK(std::isnan(round(NAN, 8, 4)));
}

}  // namespace pj
