#include "pj/compression/fine_tune.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "pj/base/error.hpp"
#include "pj/compression/compress.hpp"
#include "pj/compression/parameter_codes.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Points of a plane in four classes, by the signs of their coordinates.
Examples quadrants() {
  Rng rng(7);
  Examples examples{.name = "quadrants", .shape = {2}, .count = 256};
  for (std::size_t i = 0; i < examples.count; ++i) {
    const auto point = bell(rng, 2);
    examples.inputs.push_back(static_cast<float>(point[0]));
    examples.inputs.push_back(static_cast<float>(point[1]));
    examples.classes.push_back((point[0] < 0.0 ? 1 : 0) + (point[1] < 0.0 ? 2 : 0));
  }
  return examples;
}

Network network_for_quadrants(bool has_relu = true) {
  Rng rng(3);
  NetworkBuilder builder("quadrants");
  ValueId x = builder.input("x", {1, 2});
  const auto constant = [&](const std::string& name, const Sizes& shape) {
    return builder.constant(name, real_constant(shape, bell(rng, element_count(shape), 0.7)));
  };
  x = builder.add_one("fc1", FullyConnected{}, {x, constant("w1", {24, 2}), constant("b1", {24})});
  x = has_relu ? builder.add_one("relu", Activation{}, {x}) : x;
  return builder.finish({builder.add_one("fc2", FullyConnected{}, {x, constant("w2", {4, 24}), constant("b2", {4})})});
}

double accuracy_of(const Network& network, const Examples& examples) {
  double right = 0.0;
  for (std::size_t i = 0; i < examples.count; ++i) {
    const std::vector<double> numbers{examples.inputs[2 * i], examples.inputs[2 * i + 1]};
    const Constant operand = constant_of(NumberFormat::float32(), {1, 2}, std::span(numbers));
    const Constant* pointer = &operand;
    const auto scores = real_numbers(run_plainly(network, std::span(&pointer, 1)).front());
    const auto best = std::ranges::max_element(scores) - scores.begin();
    right += best == examples.classes[i] ? 1.0 : 0.0;
  }
  return right / static_cast<double>(examples.count);
}

CompressionData data_with(const Examples& examples) {
  CompressionData data;
  data.tuning.examples = [examples](const Network&) { return examples; };
  return data;
}

std::vector<double> weights_of(const Network& network, const std::string& layer) {
  return read_weights(network, weight_places(network, node_index(network, layer)).front()).numbers;
}

}  // namespace

TEST_CASE("fine-tuning learns with the codes that the rules give, and they hold afterwards") {
  const Examples examples = quadrants();
  const Network network = compress(network_for_quadrants(),
                                   rules_of("fine_tune: {epochs: 30, rate: 0.01}\n"
                                            "rules: [{float: {format: bfloat16}}]"),
                                   data_with(examples))
                              .network;
  REQUIRE(accuracy_of(network, examples) > 0.93);
  for (const std::string rule : {"ternary: {}", "ternary: {rule: ttq}", "binary: {}", "fixed_point: {bits: 2}",
                                 "log2: {bits: 2}", "codebook: {entries: 3}", "hashed: {ratio: 4}"}) {
    CAPTURE(rule);
    const std::string rules = "rules: [{" + rule + "}]";
    const Network before = compress(network_for_quadrants(), rules_of(rules)).network;
    const Network after = compress(network_for_quadrants(), rules_of("fine_tune: {epochs: 30, rate: 0.01}\n" + rules),
                                   data_with(examples))
                              .network;
    CHECK(accuracy_of(after, examples) > accuracy_of(before, examples));
    CHECK(accuracy_of(after, examples) > 0.5);
    const auto formats = [](const Network& of) { return of.values[of.nodes.front().inputs.front()].format; };
    CHECK(formats(after) == formats(before));
  }
}

TEST_CASE("pruned weights stay zero, and pruning in steps ends at its density") {
  const Examples examples = quadrants();
  const Compressed result = compress(
      network_for_quadrants(),
      rules_of(
          "fine_tune: {epochs: 40, steps: 3, rate: 0.01}\nrules: [{prune: {density: 0.25}}, {codebook: {entries: 5}}]"),
      data_with(examples));
  for (const char* layer : {"fc1", "fc2"}) {
    const auto weights = weights_of(result.network, layer);
    CHECK(density_of(weights) == doctest::Approx(0.25));
    std::set<double> values(weights.begin(), weights.end());
    CHECK(values.size() <= 5);
  }
  CHECK(result.changes.size() == 3 * 2 + 2);
  CHECK(accuracy_of(result.network, examples) > 0.9);
}

TEST_CASE("incremental quantisation fixes more and more powers of two until all are") {
  const Examples examples = quadrants();
  const Network network = compress(network_for_quadrants(),
                                   rules_of("fine_tune: {epochs: 30, steps: 4, rate: 0.01}\nrules: [{inq: {bits: 4}}]"),
                                   data_with(examples))
                              .network;
  for (const double weight : weights_of(network, "fc1")) {
    int exponent = 0;
    CHECK((weight == 0.0 || std::abs(std::frexp(weight, &exponent)) == 0.5));
  }
  CHECK(accuracy_of(network, examples) > 0.9);
}

TEST_CASE("a step of incremental quantisation leaves alone what was a power before") {
  const Weights weights{.numbers = {1.0, 0.25, 0.3125, -0.6875, 0.625}, .shape = {1, 5}};
  const Approximation half = PowersOfTwo{.rule = PowersOfTwo::Rule::Inq, .bits = 4, .portion = 0.4};
  const ParameterRule rule = parameter_rule(weights, &half);
  std::vector<float> gradient(5, 1.0F);
  const std::vector<float> kept(5);
  rule.gradient(kept, gradient);
  CHECK(gradient == std::vector<float>{0.0F, 0.0F, 1.0F, 0.0F, 1.0F});
}

TEST_CASE("a network is trained with the codes of what its layers take in, and keeps them") {
  const Examples examples = quadrants();
  CompressionData data = data_with(examples);
  data.observe = [&](const Network& network) {
    Observations seen;
    for (std::size_t i = 0; i < 64; ++i) {
      const auto point = examples.input(i);
      const std::vector<double> numbers(point.begin(), point.end());
      const Constant operand = constant_of(NumberFormat::float32(), {1, 2}, std::span(numbers));
      Plan(network, {.watched = true}).run(std::span(&operand, 1), [&](ValueId value, const Constant& tensor) {
        seen.add(network, value, tensor);
      });
    }
    return seen;
  };
  const std::string rules = "rules: [{fixed_point: {bits: 3}}, {activations: {bits: 4}}]";
  const auto codes_of = [](const Network& network) {
    return std::ranges::count_if(network.nodes,
                                 [](const Node& node) { return std::holds_alternative<FakeQuantize>(node.layer); });
  };
  const Network before = compress(network_for_quadrants(), rules_of(rules), data).network;
  const Network after =
      compress(network_for_quadrants(), rules_of("fine_tune: {epochs: 30, rate: 0.01}\n" + rules), data).network;
  CHECK(codes_of(before) == 2);
  CHECK(codes_of(after) == 2);
  CHECK(accuracy_of(after, examples) > accuracy_of(before, examples));
  CHECK(accuracy_of(after, examples) > 0.8);
}

TEST_CASE("networks of signs are learned, with inputs that are signs, too") {
  const Examples examples = quadrants();
  for (const std::string rule : {"bnn", "xnor"}) {
    CAPTURE(rule);
    const std::string rules = "rules: [{binary: {}, layers: fc1}, {binary: {rule: " + rule + "}, layers: fc2}]";
    const Network before = compress(network_for_quadrants(false), rules_of(rules)).network;
    const Network after = compress(network_for_quadrants(false),
                                   rules_of("fine_tune: {epochs: 60, rate: 0.01}\n" + rules), data_with(examples))
                              .network;
    CHECK(after.nodes.size() == before.nodes.size());
    CHECK(accuracy_of(after, examples) > accuracy_of(before, examples));
    CHECK(accuracy_of(after, examples) > 0.6);
  }
}

TEST_CASE("signs for training are those of the codes") {
  for_random_cases(200, [](Rng& rng) {
    const Sizes shape{rng.between(1, 5), rng.between(1, 5), rng.between(1, 3)};
    const Weights weights{.numbers = bell(rng, element_count(shape)),
                          .shape = shape,
                          .channel_axis = static_cast<std::size_t>(rng.between(0, 1))};
    for (const Signs::Rule rule : {Signs::Rule::BinaryConnect, Signs::Rule::Bwn, Signs::Rule::Twn}) {
      const Signs signs{.rule = rule, .threshold = rng.chance(0.5) ? 0.3 : 0.0};
      const std::vector<double> wanted = decoded(as_signs(weights, signs), weights);
      const std::vector<float> numbers(weights.numbers.begin(), weights.numbers.end());
      std::vector<float> used(numbers.size());
      use_signs(numbers, weights, signs, used);
      CHECK(std::vector<double>(used.begin(), used.end()) == wanted);
    }
  });
}

TEST_CASE("a teacher of another shape is refused, one that fits is learned from") {
  const Examples examples = quadrants();
  CompressionData data = data_with(examples);
  data.tuning.teacher = [](const std::string& file) {
    return file == "wide.onnx" ? perceptron({{1.0, 2.0, 3.0}}) : network_for_quadrants();
  };
  const std::string end = "}\nrules: [{fixed_point: {}}]";
  CHECK(
      input_fault([&] { compress(network_for_quadrants(), rules_of("fine_tune: {teacher: wide.onnx" + end), data); }) ==
      "wide.onnx: the teacher takes 1×3 and gives 1×1, the network 1×2 and 1×4; a teacher has the same input and "
      "output");
  const auto learned = [&](const std::string& share) {
    return weights_of(compress(network_for_quadrants(),
                               rules_of("fine_tune: {epochs: 2, share: " + share + ", teacher: same.onnx" + end), data)
                          .network,
                      "fc1");
  };
  // A network that is its own teacher has nothing to learn from it but what its codes lost.
  const auto moved = [&](const std::vector<double>& numbers) {
    return relative_error(weights_of(network_for_quadrants(), "fc1"), numbers);
  };
  CHECK(moved(learned("1.0")) < 0.5 * moved(learned("0.1")));
}

TEST_CASE("fine-tuning without data, and pruning behind codes, are refused") {
  const auto fault_with = [](const std::string& text, const CompressionData& data) {
    return input_fault([&] { compress(network_for_quadrants(), rules_of(text), data); });
  };
  CHECK(fault_with("fine_tune: {epochs: 1}\nrules: [{log2: {}}]", {}) ==
        "rules.yaml:1:12: fine-tuning learns from data; give some with --data");
  CHECK(fault_with("fine_tune: {epochs: 1}\nrules: [{log2: {}}, {prune: {}}]", data_with(quadrants())) ==
        "rules.yaml:2:21: with fine-tuning, rules that prune or factorise come first; put 'prune' before 'log2'");
  Examples vast = quadrants();
  std::ranges::fill(vast.inputs, std::numeric_limits<float>::infinity());
  CHECK(fault_with("fine_tune: {epochs: 2}\nrules: [{prune: {}}]", data_with(vast)) ==
        "fine-tuning: the training diverged: the loss is no number any more in epoch 1, step 1 of 4; give it a lower "
        "rate, "
        "or quantise less");
}

}  // namespace pj
