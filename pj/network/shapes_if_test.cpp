#include <doctest/doctest.h>

#include "tests/support/fault.hpp"
#include "tests/support/layers.hpp"

namespace pj {

namespace {

/// A branch with one input, which a fully connected layer brings to `outputs` numbers.
std::shared_ptr<const Network> branch(std::int64_t outputs, std::int64_t count = 1) {
  NetworkBuilder builder("branch");
  const ValueId x = builder.input("x", {1, 8});
  const ValueId y = builder.add_one("fc", FullyConnected{}, {x, builder.weight("w", {outputs, 8})});
  return std::make_shared<const Network>(builder.finish(std::vector<ValueId>(static_cast<std::size_t>(count), y)));
}

std::string refused(const If& layer, const std::vector<TensorType>& operands) {
  return input_fault([&] { types_of(layer, operands); }, "accepted");
}

const TensorType condition{{}, NumberFormat::boolean()};
const TensorType input{{1, 8}, {}};

}  // namespace

TEST_CASE("an If has the outputs of its branches") {
  CHECK(types_of(If{branch(4), branch(4)}, {condition, input}) == std::vector<TensorType>{{{1, 4}, {}}});
  CHECK(types_of(If{branch(4, 2), branch(4, 2)}, {{{1}, NumberFormat::boolean()}, input}).size() == 2);
}

TEST_CASE("branches that differ are refused") {
  CHECK(refused(If{branch(4), branch(5)}, {condition, input}) ==
        "output 0 is 1×4 float32 in its then branch and 1×5 float32 in its else branch; they must be equal");
  CHECK(refused(If{branch(4), branch(4, 2)}, {condition, input}) ==
        "its branches have 1 and 2 outputs; they must have as many");
}

TEST_CASE("an If checks its condition and the inputs of its branches") {
  const If layer{branch(4), branch(4)};
  CHECK(refused(layer, {{{2}, NumberFormat::boolean()}, input}) == "its condition is 2 bool; it must be one bool");
  CHECK(refused(layer, {input, input}) == "its condition is 1×8 float32; it must be one bool");
  CHECK(refused(layer, {condition}) == "its then branch has 1 input; give one operand for each, behind the condition");
  CHECK(refused(layer, {condition, {{1, 9}, {}}}) ==
        "input 'x' of its then branch is 1×8 float32 and operand 1 is 1×9 float32; they must be equal");
}

TEST_CASE("two Ifs are equal where their branches hold the same") {
  CHECK(If{branch(4), branch(4)} == If{branch(4), branch(4)});
  CHECK(If{branch(4), branch(4)} != If{branch(4), branch(5)});
}

}  // namespace pj
