#include "pj/integers/integer_network.hpp"

#include <doctest/doctest.h>

#include "pj/integers/run_integers.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

/// Builds small quantised networks by hand: all scales are 1/4, all zeros 3.
struct Quantised {
  NetworkBuilder builder{"quantised"};
  ValueId scale = constant(constant_of(NumberFormat::float32(), {}, std::vector<double>{0.25}));
  ValueId zero = constant(constant_of(NumberFormat::fixed(8), {}, std::vector<std::int64_t>{3}));
  ValueId x = builder.input("x", {1, 2, 2, 2}, NumberFormat::fixed(8));

  ValueId constant(const Constant& numbers) {
    return builder.constant("constant", std::make_shared<const Constant>(numbers));
  }
  ValueId real(ValueId integers) { return builder.add_one("dequantize", Dequantize{}, {integers, scale, zero}); }
  ValueId whole(ValueId reals) {
    return builder.add_one("quantize", Quantize{.to = NumberFormat::fixed(8)}, {reals, scale, zero});
  }
  ValueId relu(ValueId value) { return builder.add_one("relu", Activation{}, {value}); }
  ValueId sum(ValueId a, ValueId b) { return builder.add_one("sum", Elementwise{}, {a, b}); }

  IntegerNetwork found(const std::vector<ValueId>& outputs) { return find_integers(builder.finish(outputs)); }
};

/// Why a node is not computed in integers.
std::string reason_of(const IntegerNetwork& found, const std::string& name) {
  for (const NodeNumbers& node : found.nodes) {
    if (node.node == name) {
      return node.reason;
    }
  }
  return "no such node";
}

}  // namespace

TEST_CASE("a sum between quantisers is computed in integers, with its ReLU") {
  Quantised q;
  const IntegerNetwork found = q.found({q.whole(q.relu(q.sum(q.real(q.x), q.real(q.x))))});
  REQUIRE(found.groups.size() == 1);
  CHECK(found.network.nodes.empty());
  CHECK(found.groups[0].name == "sum");
  CHECK(found.groups[0].layer.results.front().low == 3);
  const Constant input =
      constant_of(NumberFormat::fixed(8), {1, 2, 2, 2}, std::vector<std::int64_t>{-128, 0, 2, 3, 4, 50, 127, 5});
  const Constant* const operand = &input;
  CHECK(whole_numbers(run_plainly(found, std::span(&operand, 1)).front()) ==
        std::vector<std::int64_t>{3, 3, 3, 3, 5, 97, 127, 7});
}

TEST_CASE("layers that only move stand between integers, before and behind what computes") {
  Quantised q;
  const ValueId turned = q.builder.add_one("turned", Transpose{{0, 3, 1, 2}}, {q.real(q.x)});
  const ValueId flat = q.builder.add_one("flat", Reshape{{1, -1}}, {q.sum(turned, turned)});
  const IntegerNetwork found = q.found({q.whole(flat)});
  CHECK(found.network.nodes.empty());
  REQUIRE(found.groups.size() == 3);
  CHECK(found.groups[0].name == "turned");
  CHECK(found.groups[1].name == "sum");
  CHECK(found.groups[2].name == "flat");
}

TEST_CASE("what is left in reals says why") {
  SUBCASE("an operand that is real") {
    Quantised q;
    const ValueId y = q.builder.input("y", {1, 2, 2, 2});
    CHECK(reason_of(q.found({q.whole(q.sum(q.real(q.x), y))}), "sum") == "its operand 'y' is not dequantised integers");
  }
  SUBCASE("a result that is read in reals, too") {
    Quantised q;
    const ValueId sum = q.sum(q.real(q.x), q.real(q.x));
    CHECK(reason_of(q.found({q.whole(sum), sum}), "sum") == "its result is used in reals, too");
  }
  SUBCASE("a layer that integers do not have") {
    Quantised q;
    const ValueId scores = q.builder.add_one("softmax", Softmax{}, {q.real(q.x)});
    CHECK(reason_of(q.found({q.whole(scores)}), "softmax") == "there is no such layer of integers");
  }
  SUBCASE("an activation that does more than to bound") {
    Quantised q;
    const ValueId sum = q.sum(q.real(q.x), q.real(q.x));
    const ValueId tanh = q.builder.add_one("tanh", Activation{.kind = Activation::Kind::Tanh}, {sum});
    CHECK(reason_of(q.found({q.whole(tanh)}), "sum") == "its result goes through an activation before it is quantised");
  }
  SUBCASE("a result that is not quantised") {
    Quantised q;
    CHECK(reason_of(q.found({q.sum(q.real(q.x), q.real(q.x))}), "sum") ==
          "its result is not quantised, or not its operands");
  }
}

TEST_CASE("a function of one operand is a table with what the reals give") {
  Quantised q;
  const ValueId tanh = q.builder.add_one("tanh", Activation{.kind = Activation::Kind::Tanh}, {q.real(q.x)});
  const IntegerNetwork found = q.found({q.whole(tanh)});
  REQUIRE(found.groups.size() == 1);
  CHECK(found.groups[0].layer.kind == IntegerLayer::Kind::Table);
  CHECK(found.groups[0].layer.table[static_cast<std::size_t>(3 + 128)] == 3);
  CHECK(found.groups[0].layer.table.back() == 7);    // tanh(31) = 1
  CHECK(found.groups[0].layer.table.front() == -1);  // and of -32.75: -1
}

TEST_CASE("groups with reals between them are different parts, in order") {
  Quantised q;
  const ValueId first = q.whole(q.sum(q.real(q.x), q.real(q.x)));
  const ValueId scores = q.builder.add_one("softmax", Softmax{}, {q.real(first)});
  const ValueId back = q.whole(scores);
  const IntegerNetwork found = q.found({q.whole(q.sum(q.real(back), q.real(q.x)))});
  REQUIRE(found.groups.size() == 2);
  std::vector<std::string> names;
  std::vector<int> parts;
  for (const NumbersStep& step : found.steps) {
    names.push_back(step.is_group ? found.groups[step.index].name : found.network.nodes[step.index].name);
    parts.push_back(step.part);
  }
  CHECK(names == std::vector<std::string>{"sum", "dequantize_3", "softmax", "quantize_2", "sum_2"});
  CHECK(parts == std::vector<int>{0, 0, 0, 0, 1});
}

}  // namespace pj
