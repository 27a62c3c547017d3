#include "pj/compression/exit_heads.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/compression/compress.hpp"
#include "pj/inference/early_exits.hpp"
#include "pj/inference/plan.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Points whose class is the sign of their first coordinate; near 0 the second one turns it around.
Examples half_planes() {
  Rng rng(5);
  Examples examples{.name = "half planes", .shape = {2}, .count = 600};
  for (std::size_t i = 0; i < examples.count; ++i) {
    const auto point = bell(rng, 2);
    examples.inputs.push_back(static_cast<float>(point[0]));
    examples.inputs.push_back(static_cast<float>(point[1]));
    const bool is_turned = std::abs(point[0]) < 0.3 && point[1] > 0.0;
    examples.classes.push_back((point[0] < 0.0) != is_turned ? 1 : 0);
  }
  return examples;
}

Network trunk() {
  Rng rng(3);
  NetworkBuilder builder("trunk");
  ValueId x = builder.input("x", {1, 2});
  const auto constant = [&](const std::string& name, const Sizes& shape) {
    return builder.constant(name, real_constant(shape, bell(rng, element_count(shape), 0.7)));
  };
  x = builder.add_one("fc1", FullyConnected{}, {x, constant("w1", {16, 2}), constant("b1", {16})});
  x = builder.add_one("relu1", Activation{}, {x});
  x = builder.add_one("fc2", FullyConnected{}, {x, constant("w2", {64, 16}), constant("b2", {64})});
  x = builder.add_one("relu2", Activation{}, {x});
  x = builder.add_one("fc3", FullyConnected{}, {x, constant("w3", {2, 64}), constant("b3", {2})});
  return builder.finish({builder.add_one("prob", Softmax{}, {x})});
}

Compressed with_data(const Network& network, const std::string& rules) {
  CompressionData data;
  data.tuning.examples = [](const Network&) { return half_planes(); };
  return compress(network, rules_of(rules), data);
}

struct Decided {
  double right = 0.0, right_at_end = 0.0, early = 0.0;
};

Decided decided(const Network& network) {
  const Examples examples = half_planes();
  const auto exits = early_exits(network);
  const Plan plan(network);
  Decided sums;
  for (std::size_t i = 0; i < examples.count; ++i) {
    const auto sample = examples.input(i);
    const std::vector<double> numbers(sample.begin(), sample.end());
    const Constant operand = constant_of(NumberFormat::float32(), {1, 2}, std::span(numbers));
    const auto outputs = plan.run(std::span(&operand, 1));
    const std::size_t exit = exit_taken(exits, outputs);
    const auto is_right = [&](const Constant& scores) {
      const auto shares = real_numbers(scores);
      return std::ranges::max_element(shares) - shares.begin() == examples.classes[i];
    };
    sums.right += is_right(scores_at(exits, exit, outputs)) ? 1.0 / 600.0 : 0.0;
    sums.right_at_end += is_right(outputs.front()) ? 1.0 / 600.0 : 0.0;
    sums.early += exit < exits.size() ? 1.0 / 600.0 : 0.0;
  }
  return sums;
}

Network learned_trunk() {
  return with_data(trunk(), "fine_tune: {epochs: 60, rate: 0.01}\nrules: [{float: {format: bfloat16}}]").network;
}

}  // namespace

TEST_CASE("easy samples leave at a head and nearly as many are right") {
  const Network network = learned_trunk();
  for (const std::string parameters :
       {"{criterion: entropy}", "{criterion: confidence}", "{trunk: trained}", "{hidden: 8}"}) {
    CAPTURE(parameters);
    const Compressed result =
        with_data(network, "fine_tune: {epochs: 30, rate: 0.01}\nrules: [{exits: " + parameters + ", layers: relu1}]");
    const Decided found = decided(result.network);
    CHECK(found.early > 0.3);
    CHECK(found.right > found.right_at_end - 0.03);
    CHECK(found.right_at_end > 0.9);
    const auto macs = macs_by_exit(result.network);
    CHECK(macs.front() < macs.back() / 2);
  }
}

TEST_CASE("a frozen trunk computes the same as before") {
  const Network network = learned_trunk();
  const Network result =
      with_data(network, "fine_tune: {epochs: 2, rate: 0.01}\nrules: [{exits: {}, layers: [relu1, fc2]}]").network;
  CHECK(early_exits(result).size() == 2);
  for_random_cases(50, [&](Rng& rng) {
    const std::vector<double> numbers = bell(rng, 2);
    const Constant operand = constant_of(NumberFormat::float32(), {1, 2}, std::span(numbers));
    CHECK(Plan(result).run(std::span(&operand, 1)).front() == Plan(network).run(std::span(&operand, 1)).front());
  });
}

TEST_CASE("with a share that may be lost more samples leave") {
  const Network network = learned_trunk();
  const auto early = [&](const std::string& loss) {
    return decided(with_data(network, "fine_tune: {epochs: 10, rate: 0.01}\nrules: [{exits: {loss: " + loss +
                                          "}, layers: relu1}]")
                       .network)
        .early;
  };
  CHECK(early("0.5") > early("0.001"));
  CHECK(early("0.5") > 0.9);
}

TEST_CASE("what exits cannot be given is said") {
  const auto fault = [](const std::string& rules) { return input_fault([&] { with_data(trunk(), rules); }); };
  CHECK(fault("rules: [{exits: {}, layers: relu1}]") ==
        "rules.yaml:1:9: heads learn from data; add fine_tune: {epochs: 1}");
  CHECK(fault("fine_tune: {epochs: 1}\nrules: [{exits: {}, layers: relu1}, {exits: {}, layers: relu2}]") ==
        "rules.yaml:2:37: there are exits already; name all layers in one rule");
}

}  // namespace pj
