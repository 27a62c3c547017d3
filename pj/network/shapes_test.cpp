#include "pj/network/shapes.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/layers.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// The plain twin of `broadcast`: pads the shorter shape with ones and compares axis by axis.
Sizes plain_broadcast(Sizes a, Sizes b) {
  while (a.size() != b.size()) {
    (a.size() < b.size() ? a : b).insert((a.size() < b.size() ? a : b).begin(), 1);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) {
      return {-1};
    }
    a[i] = a[i] == 1 ? b[i] : a[i];
  }
  return a;
}

}  // namespace

TEST_CASE("operands broadcast as in NumPy") {
  CHECK(broadcast({2, 3, 4}, {4}) == Sizes{2, 3, 4});
  CHECK(broadcast({3, 1}, {1, 5}) == Sizes{3, 5});
  CHECK(broadcast({}, {2}) == Sizes{2});
  CHECK(broadcast({0, 3}, {1, 3}) == Sizes{0, 3});
  CHECK_THROWS_WITH_AS(broadcast({2, 3}, {2, 4}),
                       "the shapes 2×3 and 2×4 do not go together: 3 against 4; axes, counted from the last, must be "
                       "equal or 1",
                       InputError);
}

TEST_CASE("broadcasting equals the padded comparison of axes") {
  for_random_cases(500, [](Rng& rng) {
    const auto shape = [&] {
      Sizes sizes(static_cast<std::size_t>(rng.between(0, 4)));
      for (auto& size : sizes) {
        size = rng.between(1, 3);
      }
      return sizes;
    };
    const Sizes a = shape();
    const Sizes b = shape();
    const Sizes expected = plain_broadcast(a, b);
    if (expected == Sizes{-1}) {
      CHECK_THROWS_AS(broadcast(a, b), InputError);
    } else {
      CHECK(broadcast(a, b) == expected);
    }
  });
}

TEST_CASE("negative axes count from the end") {
  CHECK(axis_index(0, 3) == 0);
  CHECK(axis_index(-1, 3) == 2);
  CHECK_THROWS_WITH_AS(axis_index(3, 3), "axis 3 of a tensor with 3 axes; the first is 0, the last -1", InputError);
  CHECK_THROWS_AS(axis_index(-4, 3), InputError);
  CHECK_THROWS_AS(axis_index(0, 0), InputError);
}

TEST_CASE("a shape has at most 2^62 elements") {
  CHECK_NOTHROW(check_shape({std::int64_t{1} << 62}));
  CHECK_NOTHROW(check_shape({0, std::int64_t{1} << 62}));
  CHECK_THROWS_WITH_AS(check_shape({(std::int64_t{1} << 62) + 1}),
                       "the shape 4611686018427387905 has more than 2^62 elements; use sizes that fit a memory",
                       InputError);
  CHECK_THROWS_AS(check_shape({0, -1}), InputError);
}

TEST_CASE("the elements of a shape are the product of its sizes") {
  CHECK(element_count({}) == 1);
  CHECK(element_count({2, 3, 4}) == 24);
  CHECK(element_count({std::int64_t{1} << 40, std::int64_t{1} << 40, 0}) == 0);
  CHECK(shape_text({1, 3, 227, 227}) == "1×3×227×227");
  CHECK(shape_text({}) == "scalar");
}

TEST_CASE("an output larger than any memory is refused") {
  const std::int64_t big = std::int64_t{1} << 40;
  CHECK(refusal(Expand{.kind = Expand::Kind::Broadcast, .sizes = {big, big}}, {{1, 1}}) ==
        "the shape 1099511627776×1099511627776 has a negative size or more than 2^62 elements; use sizes that fit a "
        "memory");
  CHECK(refusal(Expand{.kind = Expand::Kind::Tile, .sizes = {big, 1}}, {{big, 1}}) ==
        "a size of 1099511627776 · 1099511627776 does not fit 64 bits; use sizes that fit a memory");
  CHECK(refusal(Concat{.axis = 0}, {{std::int64_t{1} << 62, 0}, {std::int64_t{1} << 62, 0}}) ==
        "a size of 4611686018427387904 + 4611686018427387904 does not fit 64 bits; use sizes that fit a memory");
}

TEST_CASE("a layer refuses operands that are missing or too many") {
  CHECK(refusal(Softmax{}, {}) == "it has 0 operands; it takes: input");
  CHECK(refusal(Pooling{}, {{1, 1, 4, 4}, {1}}) == "it has 2 operands; it takes: input");
  CHECK(refusal(Concat{}, {}) == "its operand 0 is left out; give one or more operands");
  const Value input{.shape = {1, 1, 4, 4}};
  const std::vector<const Value*> operands{&input, nullptr};
  CHECK_THROWS_WITH_AS(infer(Convolution{}, operands),
                       "its operand 'weights' is left out; it takes: input, weights, optional bias", InputError);
  CHECK_THROWS_AS(infer(Elementwise{}, operands), InputError);
}

TEST_CASE("most layers keep the number format of their first operand") {
  const TensorType bytes{{1, 4, 8, 8}, NumberFormat::fixed(8)};
  CHECK(types_of(Activation{}, {bytes}) == std::vector{bytes});
  CHECK(types_of(Convolution{}, {bytes, {{2, 4, 3, 3}, NumberFormat::binary()}}).at(0).format ==
        NumberFormat::fixed(8));
}

TEST_CASE("comparisons make bools, searches int64 and conversions what they convert to") {
  const TensorType x{{2, 3}, {}};
  const TensorType scale{{}, NumberFormat::floating(16, 5)};
  const auto format = [](const Layer& layer, const std::vector<TensorType>& operands) {
    return to_string(types_of(layer, operands).at(0).format);
  };
  CHECK(format(Elementwise{.kind = Elementwise::Kind::Equal}, {x, x}) == "bool");
  CHECK(format(Elementwise{.kind = Elementwise::Kind::GreaterOrEqual}, {x, x}) == "bool");
  CHECK(format(Elementwise{.kind = Elementwise::Kind::Xor}, {x, x}) == "bool");
  CHECK(format(Elementwise{.kind = Elementwise::Kind::BitAnd}, {x, x}) == "float32");
  CHECK(format(Activation{.kind = Activation::Kind::IsNan}, {x}) == "bool");
  CHECK(format(Elementwise{.kind = Elementwise::Kind::Where}, {{{2, 3}, NumberFormat::boolean()}, x, x}) == "float32");
  CHECK(format(Reduce{.kind = Reduce::Kind::ArgMax, .axes = {1}}, {x}) == "int64");
  CHECK(format(Cast{.to = NumberFormat::fixed(16, true, 8)}, {x}) == "fixed16.8");
  CHECK(format(Quantize{}, {x, scale}) == "uint8");
  CHECK(format(Dequantize{}, {{{2, 3}, NumberFormat::fixed(8)}, scale}) == "float16");
}

}  // namespace pj
