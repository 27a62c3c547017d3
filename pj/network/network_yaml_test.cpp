#include "pj/network/network_yaml.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "pj/network/network_yaml_kinds.hpp"
#include "pj/network/statistics.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

Network network_of(const std::string& text, const std::string& variant = "net", std::int64_t batch = 1) {
  return build_network(parse_yaml(text, "net.yaml"), "net", variant, batch);
}

/// A network on one image of 8 × 8 × 8 from the lines of its layers.
Network on_image(const std::string& layers) {
  return network_of("input: [8, 8, 8]\nlayers:\n" + layers);
}

std::vector<std::string> names_of(const Network& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes) {
    names.push_back(node.name);
  }
  return names;
}

const Node& node_of(const Network& network, const std::string& name) {
  const auto found =
      std::find_if(network.nodes.begin(), network.nodes.end(), [&](const Node& node) { return node.name == name; });
  REQUIRE(found != network.nodes.end());
  return *found;
}

/// The name of the value that a node reads as its operand.
std::string read_by(const Network& network, const std::string& name, std::size_t operand = 0) {
  return network.values[node_of(network, name).inputs.at(operand)].name;
}

Sizes shape_of_value(const Network& network, const std::string& name) {
  return network.values[node_of(network, name).outputs.front()].shape;
}

/// The example of a kind in the documentation's tables, and the row that it stands in.
std::pair<std::string, std::string> documented(const std::string& kind) {
  std::ifstream stream(in_repository("docs/networks.md"));
  for (std::string row; std::getline(stream, row);) {
    for (const char* after : {"`", ":", ","}) {
      const std::size_t begin = row.find((*after == '`' ? "`" : "`{") + kind + after);
      if (row.starts_with("| `") && begin < row.find(" | ")) {
        return {row.substr(begin + 1, row.find('`', begin + 1) - begin - 1), row};
      }
    }
  }
  return {};
}

/// True for a key that the documentation describes once for many kinds.
bool is_common(const std::string& key) {
  const std::vector<std::string> common{"stride", "pad", "pad_end", "dilation", "weights", "format", "storage"};
  return std::find(common.begin(), common.end(), key) != common.end();
}

}  // namespace

TEST_CASE("a layer reads the one above it, or the one that it names") {
  const Network net = on_image(R"(
  - a: {conv: 4}
  - b: {conv: 4}
  - c: {conv: 4, from: a}
  - d: {add: [b, c]}
)");
  CHECK(read_by(net, "a") == "input");
  CHECK(read_by(net, "b") == "a");
  CHECK(read_by(net, "c") == "a");
  CHECK(read_by(net, "d", 1) == "c");
  CHECK(net.outputs == node_of(net, "d").outputs);
}

TEST_CASE("who reads a layer reads what stands behind its 'then'") {
  const Network net = on_image(R"(
  - a: {conv: 4, then: [batch_norm, {leaky_relu: 0.1}]}
  - b: {conv: 4, from: a}
)");
  CHECK(names_of(net) == std::vector<std::string>{"a", "a/batch_norm", "a/leaky_relu", "b"});
  CHECK(read_by(net, "b") == "a/leaky_relu");
  CHECK(std::get<Activation>(node_of(net, "a/leaky_relu").layer).alpha == 0.1F);
}

TEST_CASE("a layer without a name is named after the one above it") {
  CHECK(names_of(on_image("  - relu\n  - a: {conv: 4}\n  - relu\n  - relu\n")) ==
        std::vector<std::string>{"relu", "a", "a/relu", "a/relu_2"});
}

TEST_CASE("defaults hold for all layers of a kind, and a layer's own keys come first") {
  const Network net = network_of(R"(
input: [8, 8, 8]
defaults:
  conv: {kernel: 3, pad: 1, bias: no, then: relu}
  dropout: {dropout: 0.25}
layers:
  - a: {conv: 4}
  - b: {conv: 4, kernel: 1, pad: 0, bias: yes, then: []}
  - dropout
)");
  CHECK(names_of(net) == std::vector<std::string>{"a", "a/relu", "b", "b/dropout"});
  CHECK(net.values[node_of(net, "a").inputs[1]].shape == Sizes{4, 8, 3, 3});
  CHECK(node_of(net, "a").inputs.size() == 2);
  CHECK(net.values[node_of(net, "b").inputs[1]].shape == Sizes{4, 4, 1, 1});
  CHECK(node_of(net, "b").inputs.size() == 3);
  CHECK(std::get<Dropout>(node_of(net, "b/dropout").layer).ratio == 0.25F);
}

TEST_CASE("a block is written once and used with its numbers in order, by name or alone") {
  const Network net = network_of(R"(
input: [8, 8, 8]
blocks:
  pair(first, second = 2 * first):
    - a: {conv: first}
    - _b: {conv: second}
    - output: {concat: [input, _b]}
layers:
  - x: {pair: [3, 5]}
  - y: {pair: {second: 7, first: 1}}
  - z: {pair: C}
)");
  CHECK(names_of(net) == std::vector<std::string>{"x/a", "x_b", "x", "y/a", "y_b", "y", "z/a", "z_b", "z"});
  CHECK(shape_of_value(net, "x")[1] == 8 + 5);
  CHECK(shape_of_value(net, "y")[1] == 13 + 7);
  CHECK(shape_of_value(net, "z")[1] == 20 + 40);
  CHECK(read_by(net, "y") == "x");
}

TEST_CASE("blocks use blocks, and see the layers outside them") {
  const Network net = network_of(R"(
input: [8, 8, 8]
blocks:
  inner:
    - one: {conv: 8}
    - output: {add: [one, stem]}
  outer:
    - stage: inner
    - again: {inner, from: stage}
layers:
  - stem: {conv: 8}
  - x: outer
)");
  CHECK(names_of(net) == std::vector<std::string>{"stem", "x/stage/one", "x/stage", "x/again/one", "x/again"});
  CHECK(read_by(net, "x/again", 1) == "stem");
}

TEST_CASE("a loop repeats its layers and numbers their names") {
  const Network net = network_of(R"(
parameters: {n: 3}
input: [8, 8, 8]
layers:
  - for i in 1..n:
      - a{i}: {conv: 4 * i}
      - for j in i..2:
          - b{i}{j:a}: relu
  - for i in 1..0:
      - never: relu
)");
  CHECK(names_of(net) == std::vector<std::string>{"a1", "b1a", "b1b", "a2", "b2b", "a3"});
  CHECK(shape_of_value(net, "a3")[1] == 12);
}

TEST_CASE("a variant is the same file with other parameters") {
  const std::string file = R"(
title: Small
source: 'Someone: Nets, 2020'
parameters: {width: 4, double: 2 * width, pooled: no}
variants:
  wide: {title: Wide, width: 8, pooled: yes}
input: [3, 7, 7]
layers:
  - a: {conv: double}
  - p: {max_pool: 2, stride: 2, ceil: pooled}
)";
  CHECK(shape_of_value(network_of(file), "p") == Sizes{1, 8, 3, 3});
  CHECK(shape_of_value(network_of(file, "wide"), "p") == Sizes{1, 16, 4, 4});
  const auto entries = networks_in(parse_yaml(file, "net.yaml"), "net");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].title == "Small");
  CHECK(entries[1].name == "wide");
  CHECK(entries[1].title == "Wide");
  CHECK(entries[1].source == "Someone: Nets, 2020");
}

TEST_CASE("C, H and W are the sizes of a layer's input") {
  const Network net = network_of("input: [6, 4, 2]\nlayers:\n  - a: {conv: C / 2 + H * W}\n");
  CHECK(shape_of_value(net, "a") == Sizes{1, 11, 4, 2});
}

TEST_CASE("a network has several inputs and outputs") {
  const Network net = network_of(R"(
inputs:
  left: [4]
  right: {shape: [2 * 2], format: int8}
layers:
  - a: {fc: 3}
  - b: {fc: 5, from: right}
outputs: [b, a]
)",
                                 "net", 7);
  REQUIRE(net.inputs.size() == 2);
  CHECK(net.values[net.inputs[0]].shape == Sizes{7, 4});
  CHECK(net.values[net.inputs[1]].format == NumberFormat::fixed(8));
  CHECK(net.values[net.outputs.at(0)].shape == Sizes{7, 5});
  CHECK(net.values[net.outputs.at(1)].shape == Sizes{7, 3});
}

TEST_CASE("several results of a layer are numbered") {
  const Network net = on_image(R"(
  - parts: {split: [2, 6]}
  - a: {conv: 1, from: parts}
  - b: {conv: 1, from: parts:1}
  - c: {add: [a, b]}
)");
  CHECK(read_by(net, "a") == "parts");
  CHECK(read_by(net, "b") == "parts:1");
}

TEST_CASE("weights are shared, and have the number format and storage that the file gives them") {
  const Network net = network_of(R"(
input: [4, 16]
layers:
  - a: {linear: 16, format: int8, storage: csc4 density 0.25}
  - b: {linear: 16, weights: a, bias: no}
)");
  CHECK(read_by(net, "b", 1) == "a.weight");
  CHECK(net.values[node_of(net, "a").inputs[1]].format == NumberFormat::fixed(8));
  CHECK(net.values[node_of(net, "a").inputs[1]].storage.density == 0.25);
  CHECK(net.values[node_of(net, "a").inputs[2]].storage == Storage{});
  CHECK(statistics(net).weights() == 256);
}

TEST_CASE("the positional encoding adds sines and cosines, the causal mask hides what comes later") {
  const Network net = network_of(
      "input: [3, 4]\nlayers:\n  - a: sinusoids\n  - b: {matmul: [a, a], transpose_b: yes}\n"
      "  - c: causal_mask\n");
  const auto whole_numbers = [&](const std::string& node) {
    const Constant& table = *net.values[node_of(net, node).inputs[0]].data;
    std::vector<std::int64_t> numbers(table.bytes.size() / sizeof(std::int64_t));
    std::memcpy(numbers.data(), table.bytes.data(), table.bytes.size());
    return numbers;
  };
  const auto table = whole_numbers("a/table");
  CHECK(static_cast<double>(table.at(4)) * 0x1p-24 == doctest::Approx(std::sin(1.0)));
  CHECK(static_cast<double>(table.at(11)) * 0x1p-24 == doctest::Approx(std::cos(2.0 / 100.0)));
  CHECK(whole_numbers("c/mask") == Sizes{0, -1000000000, -1000000000, 0, 0, -1000000000, 0, 0, 0});
  CHECK(statistics(net).parameters == 0);
}

TEST_CASE("a recurrent layer returns steps × features, so that recurrent layers stack") {
  const Network net = network_of(R"(
input: [5, 12]
layers:
  - a: {lstm: 8, direction: bidirectional}
  - b: {gru: 6}
  - c: {lstm: 8, projection: 3}
outputs: [c, c:1, c:2, a:1]
)");
  CHECK(shape_of_value(net, "a/steps") == Sizes{1, 5, 16});
  CHECK(shape_of_value(net, "b/steps") == Sizes{1, 5, 6});
  CHECK(net.values[net.outputs[0]].shape == Sizes{1, 5, 3});
  CHECK(element_count(net.values[net.outputs[2]].shape) == 8);
}

TEST_CASE("each kind of layer stands in the documentation with its keys, and the example there builds") {
  for (const LayerKind& kind : layer_kinds()) {
    CAPTURE(kind.name);
    const auto [example, row] = documented(kind.name);
    REQUIRE(!example.empty());
    for (const std::string& key : kind.keys) {
      CAPTURE(key);
      CHECK((is_common(key) || row.find("`" + key + "`") != std::string::npos));
    }
    std::string inputs;
    for (const auto& [name, shape] : {std::pair("sequence", "[4, 4]"), std::pair("vector", "[3]"),
                                      std::pair("words", "{shape: [4], format: int64}")}) {
      inputs += example.find(name) == std::string::npos ? "" : "  " + std::string(name) + ": " + shape + "\n";
    }
    inputs = inputs.empty() ? "  image: [8, 8, 8]\n" : inputs;
    CHECK_NOTHROW(network_of("inputs:\n" + inputs + "layers:\n  - x: " + example + "\n"));
  }
}

TEST_CASE("the documentation's first example builds") {
  std::ifstream stream(in_repository("docs/networks.md"));
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const std::size_t begin = text.find("```yaml") + 8;
  CHECK(shape_of_value(network_of(text.substr(begin, text.find("```", begin) - begin)), "prob") ==
        Sizes{1, 1000, 1, 1});
}

}  // namespace pj
