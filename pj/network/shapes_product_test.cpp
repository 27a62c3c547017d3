#include <doctest/doctest.h>

#include "tests/support/fault.hpp"
#include "tests/support/layers.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

std::vector<Sizes> lstm_operands(std::int64_t directions = 1) {
  return {{7, 3, 10}, {directions, 80, 10}, {directions, 80, 20}};
}

/// An operand that the recurrent layer may leave out, at its place among the nine.
std::string refusal_with(const Recurrent& layer, std::size_t place, const Sizes& shape) {
  std::vector<Value> values;
  for (const Sizes& operand : lstm_operands()) {
    values.push_back({.shape = operand});
  }
  const Value extra{.shape = shape};
  std::vector<const Value*> operands{&values[0], &values[1], &values[2]};
  operands.resize(place + 1, nullptr);
  operands[place] = &extra;
  return input_fault([&] { infer(layer, operands); }, "accepted");
}

}  // namespace

TEST_CASE("a fully connected layer flattens all axes but the first") {
  CHECK(shape_of(FullyConnected{}, {{2, 256, 6, 6}, {4096, 9216}, {4096}}) == Sizes{2, 4096});
  CHECK(shape_of(FullyConnected{}, {{2, 10}, {5, 10}}) == Sizes{2, 5});
}

TEST_CASE("a fully connected layer says what does not fit") {
  CHECK(refusal(FullyConnected{}, {{10}, {5, 10}}) == "its input is 10; it must be batch × features");
  CHECK(refusal(FullyConnected{}, {{1, 256, 6, 6}, {4096, 9215}}) ==
        "its weights are 4096×9215; an input of 1×256×6×6 needs outputs × 9216");
  CHECK(refusal(FullyConnected{}, {{1, 10}, {5, 10, 1}}) ==
        "its weights are 5×10×1; an input of 1×10 needs outputs × 10");
  CHECK(refusal(FullyConnected{}, {{1, 10}, {5, 10}, {1, 5}}) == "its operand 'bias' is 1×5; it must be 5");
}

TEST_CASE("a matrix product follows NumPy's rules") {
  CHECK(shape_of(MatMul{}, {{3, 4}, {4, 5}}) == Sizes{3, 5});
  CHECK(shape_of(MatMul{}, {{2, 1, 3, 4}, {7, 4, 5}}) == Sizes{2, 7, 3, 5});
  CHECK(shape_of(MatMul{}, {{4}, {4, 5}}) == Sizes{5});
  CHECK(shape_of(MatMul{}, {{2, 3, 4}, {4}}) == Sizes{2, 3});
  CHECK(shape_of(MatMul{}, {{4}, {4}}) == Sizes{});
  CHECK(shape_of(MatMul{.transpose_a = true, .transpose_b = true}, {{4, 3}, {5, 4}}) == Sizes{3, 5});
  CHECK(shape_of(MatMul{}, {{3, 4}, {4, 5}, {5}}) == Sizes{3, 5});
}

TEST_CASE("a matrix product says what does not fit") {
  CHECK(refusal(MatMul{}, {{3, 4}, {5, 6}}) == "A is 3×4 and B 5×6: 4 columns against 5 rows; they must be equal");
  CHECK(refusal(MatMul{.transpose_b = true}, {{3, 4}, {4, 6}}) ==
        "A is 3×4 and B 4×6 transposed: 4 columns against 6 rows; they must be equal");
  CHECK(refusal(MatMul{}, {{}, {4, 6}}) ==
        "a scalar operand; a matrix product needs at least one axis, so use a multiplication");
  CHECK(refusal(MatMul{}, {{2, 3, 4}, {3, 4, 5}}) ==
        "the shapes 2 and 3 do not go together: 2 against 3; axes, counted from the last, must be equal or 1");
  CHECK(refusal(MatMul{}, {{3, 4}, {4, 5}, {2, 3, 5}}) == "its operand 'C' is 2×3×5; it must stretch to 3×5");
}

TEST_CASE("a recurrent layer gives all outputs and the last states") {
  CHECK(shapes_of(Recurrent{.hidden = 20}, lstm_operands()) ==
        std::vector<Sizes>{{7, 1, 3, 20}, {1, 3, 20}, {1, 3, 20}});
  CHECK(shapes_of(Recurrent{.direction = Recurrent::Direction::Bidirectional, .hidden = 20}, lstm_operands(2)) ==
        std::vector<Sizes>{{7, 2, 3, 20}, {2, 3, 20}, {2, 3, 20}});
  CHECK(shapes_of(Recurrent{.hidden = 20, .batch_first = true}, lstm_operands()) ==
        std::vector<Sizes>{{7, 3, 1, 20}, {7, 1, 20}, {7, 1, 20}});
  CHECK(shapes_of(Recurrent{.cell = Recurrent::Cell::Gru, .hidden = 20}, {{7, 3, 10}, {1, 60, 10}, {1, 60, 20}}) ==
        std::vector<Sizes>{{7, 1, 3, 20}, {1, 3, 20}});
  CHECK(shapes_of(Recurrent{.cell = Recurrent::Cell::Rnn, .hidden = 20}, {{7, 3, 10}, {1, 20, 10}, {1, 20, 20}}) ==
        std::vector<Sizes>{{7, 1, 3, 20}, {1, 3, 20}});
}

TEST_CASE("a projected LSTM feeds back its projection and keeps its cells") {
  const Value x{.shape = {1, 1, 153}};
  const Value w{.shape = {1, 4096, 153}};
  const Value r{.shape = {1, 4096, 512}};
  const Value projection{.shape = {1, 512, 1024}};
  const std::vector<const Value*> operands{&x, &w, &r, nullptr, nullptr, nullptr, nullptr, nullptr, &projection};
  const auto types = infer(Recurrent{.hidden = 1024, .projection = 512}, operands);
  REQUIRE(types.size() == 3);
  CHECK(types[0].shape == Sizes{1, 1, 1, 512});
  CHECK(types[1].shape == Sizes{1, 1, 512});
  CHECK(types[2].shape == Sizes{1, 1, 1024});
}

TEST_CASE("a recurrent layer says what does not fit") {
  const std::vector<Sizes> operands = lstm_operands();
  CHECK(refusal(Recurrent{.hidden = 20}, {{7, 10}, operands[1], operands[2]}) ==
        "its input is 7×10; it must be time × batch × features");
  CHECK(refusal(Recurrent{.hidden = 20, .batch_first = true}, {{7, 10}, operands[1], operands[2]}) ==
        "its input is 7×10; it must be batch × time × features");
  CHECK(refusal(Recurrent{}, operands) ==
        "a hidden size of 0 and a projection of 0; the hidden size must be at least 1, the projection 0 or more");
  CHECK(refusal(Recurrent{.hidden = 21}, operands) == "its operand 'weights' is 1×80×10; it must be 1×84×10");
  CHECK(refusal(Recurrent{.hidden = std::int64_t{1} << 62}, operands) ==
        "a size of 4 · 4611686018427387904 does not fit 64 bits; use sizes that fit a memory");
  CHECK(refusal(Recurrent{.hidden = 20, .projection = 5}, operands) ==
        "a projection without weights; give them as the ninth operand");
  CHECK(refusal(Recurrent{.cell = Recurrent::Cell::Gru, .hidden = 20, .projection = 5}, operands) ==
        "a projection of 5; only an LSTM has one, so use 0");
  CHECK(refusal(Recurrent{.hidden = 20, .activations = {"Tanh"}}, operands) == "it names 1 activation; name 3 or none");
}

TEST_CASE("the optional operands of an LSTM have their own shapes") {
  const Recurrent layer{.hidden = 20};
  CHECK(refusal_with(layer, 3, {1, 160}) == "accepted");
  CHECK(refusal_with(layer, 3, {1, 80}) == "its operand 'bias' is 1×80; it must be 1×160");
  CHECK(refusal_with(layer, 4, {7}) == "its operand 'sequence lengths' is 7; it must be 3");
  CHECK(refusal_with(layer, 5, {1, 3, 20}) == "accepted");
  CHECK(refusal_with(layer, 6, {1, 3, 10}) == "its operand 'initial cell state' is 1×3×10; it must be 1×3×20");
  CHECK(refusal_with(layer, 7, {1, 60}) == "accepted");
  CHECK(refusal_with(layer, 8, {1, 5, 20}) == "projection weights without a projection; give its size");
  CHECK(refusal_with(Recurrent{.cell = Recurrent::Cell::Gru, .hidden = 20}, 6, {1, 3, 20}) ==
        "an initial cell state or peepholes; only an LSTM has them, so leave them out");
}

}  // namespace pj
