#include "pj/compression/compress.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/compression/stored_bits.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/workload/lower.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

std::string fault_of(const Network& network, const std::string& text) {
  try {
    compress(network, rules_of(text));
  } catch (const InputError& fault) {
    return fault.what();
  }
  return "";
}

/// Observations of a few random inputs.
CompressionData random_data(Rng& rng) {
  const auto seed = static_cast<std::uint64_t>(rng.between(0, 1000));
  return {[seed](const Network& network) {
    Rng source(seed);
    Observations seen;
    const Plan plan(network, {.watched = true});
    for (int i = 0; i < 4; ++i) {
      const Sizes& shape = network.values[network.inputs.front()].shape;
      const auto numbers = bell(source, element_count(shape));
      const Constant input = constant_of(NumberFormat::float32(), shape, std::span(numbers));
      plan.run(std::span(&input, 1), [&](ValueId id, const Constant& tensor) { seen.add(plan.network(), id, tensor); });
    }
    return seen;
  }};
}

/// Every rule for weights and activations, with some parameters.
const std::vector<std::string> every_rule{
    "fixed_point: {bits: 5}",
    "fixed_point: {bits: 8, per_channel: true}",
    "fixed_point: {bits: 12, affine: true}",
    "dynamic_fixed_point: {bits: 8}",
    "binary: {rule: bwn}",
    "binary: {rule: binaryconnect}",
    "ternary: {}",
    "ternary: {rule: ttq}",
    "log2: {}",
    "inq: {bits: 5}",
    "inq: {portion: 0.5}",
    "codebook: {entries: 5}",
    "lloyd_max: {levels: 7}",
    "hashed: {ratio: 3}",
    "float: {format: float8e4m3}",
    "prune: {density: 0.3}",
    "prune: {density: 0.3, global: true, storage: csr4}",
    "prune_n_of_m: {n: 1, m: 3}",
    "prune_groups: {density: 0.5, size: 4}",
    "store: {as: run-length3}",
    "huffman: {}",
    "activations: {bits: 8}",
    "activations: {bits: 6, scale: max}",
};

}  // namespace

TEST_CASE("every rule gives a network that runs, keeps its bits and survives export and import") {
  for_random_cases(4, [&](Rng& rng) {
    for (const Network& network : {random_perceptron(rng), random_convnet(rng)}) {
      const auto input = bell(rng, element_count(network.values[network.inputs.front()].shape));
      for (const std::string& rule : every_rule) {
        CAPTURE(rule);
        const Compressed result = compress(network, rules_of("rules: [{" + rule + "}]"), random_data(rng));
        CHECK(result.changes.size() >= 2);
        CHECK(outputs_of(result.network, input).size() == outputs_of(network, input).size());
        const Network again = parse_onnx(onnx_bytes(result.network), "m.onnx");
        CHECK(again == result.network);
        CHECK(stored_bits(again) == stored_bits(result.network));
      }
    }
  });
}

TEST_CASE("XNOR and BNN see the signs of a layer's input") {
  const Network network = perceptron({{1.0, -3.0}, {0.5, 0.5}});
  const Network bnn = compress(network, rules_of("rules: [{binary: {rule: bnn}}]")).network;
  CHECK(outputs_of(bnn, {2.0, -0.5}) == std::vector<double>{2.0, 0.0});
  const Network xnor = compress(network, rules_of("rules: [{binary: {rule: xnor}}]")).network;
  // Signs 1, −1; weights 2·(1, −1) and 0.5·(1, 1); mean magnitude 1.25.
  CHECK(outputs_of(xnor, {2.0, -0.5}) == std::vector<double>{5.0, 0.0});
}

TEST_CASE("rules follow each other: Deep Compression") {
  Rng rng(1);
  const Network network = random_perceptron(rng);
  const auto rules = rules_of(
      "rules: [{prune: {density: 0.4, storage: run-length5}, layers: 'fc*'}, "
      "{codebook: {entries: 4}}, {huffman: {}}]");
  const Compressed result = compress(network, rules);
  REQUIRE(result.changes.size() == 6);
  CHECK(result.changes[0].rule == "prune density 0.4 storage run-length5");
  const Workload workload = lower(result.network).front().workload;
  CHECK(workload.tensors[1].bits == 2);
  CHECK(workload.tensors[1].is_index);
  CHECK(workload.tensors[1].density == doctest::Approx(0.4).epsilon(0.2));
  for (const Value& value : result.network.values) {
    if (value.format.kind == NumberFormat::Kind::Codebook) {
      CHECK(to_string(value.storage).starts_with("run-length5 huffman density 0."));
      CHECK(decode(encode(value), value) == *value.data);
    }
  }
}

TEST_CASE("the cost model reads the bits and zeros that rules leave") {
  Rng rng(3);
  const Network network = random_perceptron(rng);
  const auto bits_after = [&](const std::string& rule) {
    return lower(compress(network, rules_of("rules: [{" + rule + "}]"), random_data(rng)).network).front().workload;
  };
  CHECK(bits_after("fixed_point: {bits: 5}").tensors[1].bits == 5);
  CHECK(bits_after("binary: {}").tensors[1].bits == 1);
  CHECK(bits_after("ternary: {}").tensors[1].bits == 2);
  CHECK(bits_after("log2: {bits: 3}").tensors[1].bits == 3);
  CHECK(bits_after("float: {}").tensors[1].bits == 16);
  CHECK(bits_after("hashed: {}").tensors[1].bits == 32);
  CHECK(bits_after("activations: {bits: 10}").tensors[0].bits == 10);
  CHECK(bits_after("activations: {bits: 8}").tensors[0].bits == 8);
}

TEST_CASE("layers are selected by name, pattern and kind, and what fits nothing is refused") {
  Rng rng(2);
  const Network network = random_convnet(rng);
  const auto changed = [&](const std::string& selector) {
    std::vector<std::string> names;
    for (const LayerChange& change : compress(network, rules_of("rules: [{log2: {}" + selector + "}]")).changes) {
      names.push_back(change.layer);
    }
    return names;
  };
  CHECK(changed("") == std::vector<std::string>{"conv1", "conv2", "conv3", "fc"});
  CHECK(changed(", layers: 'conv*', except: conv2") == std::vector<std::string>{"conv1", "conv3"});
  CHECK(changed(", kinds: [depthwise convolution]") == std::vector<std::string>{"conv2"});
  CHECK(changed(", layers: ['?c', conv1]") == std::vector<std::string>{"conv1", "fc"});
  CHECK(fault_of(network, "rules: [{log2: {}, layers: conf1}]") ==
        "rules.yaml:1:9: no layer 'conf1' in the network; did you mean 'conv1'?");
  CHECK(fault_of(network, "rules: [{log2: {}, kinds: convolutions}]") ==
        "rules.yaml:1:9: no layer of the kind 'convolutions' in the network; did you mean 'convolution'?");
  CHECK(fault_of(network, "rules: [{log2: {}, layers: relu}]") ==
        "rules.yaml:1:9: none of the selected layers has weights; select others");
  CHECK(
      fault_of(network, "rules: [{prune: {}}, {binary: {}, layers: fc}]") ==
      "rules.yaml:1:22: layer 'fc': binary weights have no zero, so that pruned ones would come back; use twn or ttq");
  CHECK(fault_of(network, "rules: [{activations: {}}]") ==
        "rules.yaml:1:9: activations get their scales from data; give some with --data");
}

TEST_CASE("weights that two layers share are coded once") {
  NetworkBuilder builder("n");
  const ValueId w = builder.constant("w", real_constant({2, 2}, {1.0, 2.0, 3.0, 4.0}));
  const ValueId x = builder.add_one("a", FullyConnected{}, {builder.input("x", {1, 2}), w});
  const Network network = builder.finish({builder.add_one("b", FullyConnected{}, {x, w})});
  const Compressed result = compress(network, rules_of("rules: [{fixed_point: {bits: 4}}]"));
  CHECK(result.changes.size() == 1);
  CHECK(stored_bits(result.network).total() == 4 * 4 + 32);
}

}  // namespace pj
