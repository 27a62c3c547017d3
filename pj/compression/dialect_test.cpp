#include "pj/compression/dialect.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/compression/compress.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Ranges of the network's input and values as if each were within ±4.
CompressionData wide_ranges() {
  CompressionData data;
  data.observe = [](const Network& network) {
    Observations seen;
    for (ValueId id = 0; id < network.values.size(); ++id) {
      TensorStatistics tensor;
      for (int i = -8; i <= 8; ++i) {
        tensor.all.add(i / 2.0);
        ++tensor.histogram[bin_of(i / 2.0)];
      }
      seen.tensors[id] = tensor;
    }
    return seen;
  };
  return data;
}

template <class Kind>
std::int64_t count_of(const Network& network) {
  return std::ranges::count_if(network.nodes,
                               [](const Node& node) { return std::holds_alternative<Kind>(node.layer); });
}

}  // namespace

TEST_CASE("a network computes the same in every dialect, and comes back from its file") {
  for_random_cases(40, [](Rng& rng) {
    const Network network = rng.chance(0.5) ? random_perceptron(rng) : random_convnet(rng);
    const std::string bits = std::to_string(rng.between(2, 8));
    const std::string rules = "rules: [{fixed_point: {bits: " + std::to_string(rng.between(2, 16)) +
                              (rng.chance(0.5) ? ", per_channel: true" : ", affine: true") +
                              "}}, {activations: {bits: " + bits + "}}]";
    const Network quantised = compress(network, rules_of(rules), wide_ranges()).network;
    const auto input = bell(rng, element_count(network.values[network.inputs.front()].shape));
    const auto wanted = outputs_of(quantised, input);
    for (const Dialect dialect : {Dialect::Qdq, Dialect::Qcdq, Dialect::Qonnx}) {
      const Network other = in_dialect(quantised, dialect);
      const auto found = outputs_of(other, input);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(std::abs(found[i] - wanted[i]) < 1e-4 * (1.0 + std::abs(wanted[i])));
      }
      CHECK(parse_onnx(onnx_bytes(other), "m.onnx") == other);
    }
    CHECK(count_of<FakeQuantize>(in_dialect(quantised, Dialect::Qcdq)) == 0);
    CHECK(count_of<Dequantize>(in_dialect(quantised, Dialect::Qonnx)) == 0);
  });
}

TEST_CASE("what a dialect cannot say is refused") {
  Rng rng(1);
  const Network network = random_perceptron(rng);
  const Network wide = compress(network, rules_of("rules: [{activations: {bits: 10}}]"), wide_ranges()).network;
  CHECK_THROWS_WITH_AS(
      in_dialect(wide, Dialect::Qcdq),
      "node 'x/quantised' quantises to 10.0 bits; qcdq has 2 to 8, without a zero point: write another "
      "form with --dialect",
      InputError);
  const Network ternary = compress(network, rules_of("rules: [{ternary: {}}]")).network;
  CHECK_THROWS_WITH_AS(in_dialect(ternary, Dialect::Qonnx),
                       "'fc1/weight/code' holds ternary numbers, which a quantiser of QONNX cannot say; write qdq",
                       InputError);
  CHECK_THROWS_WITH_AS(parse_dialect("qdx"), "'qdx' is no dialect; did you mean 'qdq'?", InputError);
}

}  // namespace pj
