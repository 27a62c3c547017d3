#include <doctest/doctest.h>

#include "tests/support/layers.hpp"

namespace pj {

namespace {

const NumberFormat int64 = NumberFormat::fixed(64);

/// The output's shape, or the message of the refusal, with indices of int64.
std::string answer(const Layer& layer, const Sizes& data, const Sizes& indices, const Sizes* updates = nullptr) {
  std::vector<TensorType> operands{{data, {}}, {indices, int64}};
  if (updates != nullptr) {
    operands.push_back({*updates, {}});
  }
  try {
    return shape_text(types_of(layer, operands).at(0).shape);
  } catch (const InputError& error) {
    return error.what();
  }
}

std::string scattered(const Scatter& layer, const Sizes& data, const Sizes& indices, const Sizes& updates) {
  return answer(layer, data, indices, &updates);
}

}  // namespace

TEST_CASE("a gather puts the indices' shape in the place of the axis") {
  CHECK(answer(Gather{}, {37000, 512}, {1, 64}) == "1×64×512");
  CHECK(answer(Gather{.axis = -1}, {2, 3, 4}, {}) == "2×3");
  CHECK(answer(Gather{.axis = 3}, {2, 3, 4}, {1}) == "axis 3 of a tensor with 3 axes; the first is 0, the last -1");
  CHECK(refusal(Gather{}, {{4, 4}, {1}}) == "its indices are float32; they must be whole numbers as int64");
}

TEST_CASE("a gather of elements has the shape of its indices") {
  const Gather layer{.kind = Gather::Kind::Elements, .axis = 1};
  CHECK(answer(layer, {2, 3}, {2, 7}) == "2×7");
  CHECK(answer(layer, {2, 3}, {3, 3}) ==
        "its indices are 3×3 and its data 2×3; the indices need as many axes, none longer but axis 1");
  CHECK(answer(layer, {2, 3}, {2}) ==
        "its indices are 2 and its data 2×3; the indices need as many axes, none longer but axis 1");
}

TEST_CASE("the last axis of the indices of an n-d gather names data axes") {
  const Gather layer{.kind = Gather::Kind::Nd};
  CHECK(answer(layer, {2, 3, 4}, {5, 2}) == "5×4");
  CHECK(answer(layer, {2, 3}, {5, 2}) == "5");
  CHECK(answer(Gather{.kind = Gather::Kind::Nd, .batch_axes = 1}, {2, 3, 4}, {2, 5, 1}) == "2×5×4");
  const std::string refused = " and its data 2×3; the last axis of the indices must be 1 to the number of data axes";
  CHECK(answer(layer, {2, 3}, {5, 3}) == "its indices are 5×3" + refused);
  CHECK(answer(layer, {2, 3}, {5, 0}) == "its indices are 5×0" + refused);
  CHECK(answer(layer, {2, 3}, {}) == "its indices are scalar" + refused);
  CHECK(answer(Gather{.kind = Gather::Kind::Nd, .batch_axes = 1}, {2, 3}, {3, 1}) == "its indices are 3×1" + refused);
  CHECK(answer(Gather{.kind = Gather::Kind::Nd, .batch_axes = 2}, {2, 3}, {2, 3, 1}) ==
        "its indices are 2×3×1" + refused);
  CHECK(answer(Gather{.kind = Gather::Kind::Nd, .batch_axes = -1}, {2, 3}, {3, 1}) ==
        "-1 batch axes; give 0 or the number that both operands share");
}

TEST_CASE("a scatter has the shape of its data and updates as its indices ask") {
  CHECK(scattered(Scatter{}, {4, 4, 4}, {2, 1}, {2, 4, 4}) == "4×4×4");
  CHECK(scattered(Scatter{}, {4, 4, 4}, {2, 1}, {2, 4}) == "its operand 'updates' is 2×4; it must be 2×4×4");
  CHECK(scattered(Scatter{.kind = Scatter::Kind::Elements, .axis = 1}, {1, 5}, {1, 2}, {1, 2}) == "1×5");
  CHECK(scattered(Scatter{.kind = Scatter::Kind::Elements, .axis = 1}, {1, 5}, {1, 2}, {1, 3}) ==
        "its operand 'updates' is 1×3; it must be 1×2");
}

TEST_CASE("a fold removes its axes or keeps them with size 1") {
  CHECK(shape_of(Reduce{.axes = {2, 3}}, {{2, 3, 4, 5}}) == Sizes{2, 3, 1, 1});
  CHECK(shape_of(Reduce{.axes = {-1, 0}, .keep_axes = false}, {{2, 3, 4, 5}}) == Sizes{3, 4});
  CHECK(shape_of(Reduce{.keep_axes = false}, {{2, 3}}) == Sizes{});
  CHECK(shape_of(Reduce{}, {{2, 3}}) == Sizes{1, 1});
  CHECK(refusal(Reduce{.axes = {2}}, {{2, 3}}) == "axis 2 of a tensor with 2 axes; the first is 0, the last -1");
  CHECK(refusal(Reduce{.axes = {1, -1}}, {{2, 3}}) == "axis -1 is named twice; name each axis once");
}

TEST_CASE("a search works along exactly one axis") {
  CHECK(shape_of(Reduce{.kind = Reduce::Kind::ArgMin, .axes = {1}, .keep_axes = false}, {{2, 3}}) == Sizes{2});
  CHECK(refusal(Reduce{.kind = Reduce::Kind::ArgMax}, {{2, 3}}) == "it names 0 axes; argmax works along exactly one");
}

}  // namespace pj
