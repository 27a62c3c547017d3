#include "pj/network/densities.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/network/network_yaml.hpp"
#include "pj/network/zoo.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

Densities parsed(const std::string& text) {
  return parse_densities(parse_yaml(text, "d.yaml"));
}

Network small_network() {
  return build_network(parse_yaml("{input: [3, 8, 8], layers: [{c: {conv: 4}}, {d: {conv: 4}}, {r: relu}]}", "n.yaml"),
                       "n", "n", 1);
}

const Value& value_of(const Network& network, std::size_t node, std::size_t input) {
  return network.values[network.nodes[node].inputs[input]];
}

}  // namespace

TEST_CASE("densities go to the storage of a layer's tensors") {
  Network network = small_network();
  apply(parsed("layers: {c: {Input: 0.5, Weight: 0.25, Output: 0.75}}"), network);
  CHECK(value_of(network, 0, 0).storage.density == 0.5);
  CHECK(value_of(network, 0, 1).storage.density == 0.25);
  CHECK(value_of(network, 1, 0).storage.density == 0.75);
  CHECK(value_of(network, 1, 1).storage.density == 1.0);
}

TEST_CASE("all densities that come with Picojoule name layers of the network at their names' end, and a source") {
  CHECK(built_in_densities().size() >= 2);
  for (const std::string& name : built_in_densities()) {
    Network network = zoo_network(name.substr(name.rfind('_') + 1));
    const Densities densities = load_densities(name);
    apply(densities, network);
    CHECK(!densities.source.empty());
  }
}

TEST_CASE("densities are written as they are read") {
  for (const char* text : {"layers: {}", "source: a paper\nlayers: {'a: b': {Input: 0.5, Output: 0.1}, c: {Weight: 1}}",
                           R"(source: "a \"paper\" of O'Hara\nand \\\\x"
layers: {"it's\x01\t\"": {Input: 0.5}, "/layer1: #2": {Output: 0.25}})"}) {
    const Densities densities = parsed(text);
    const Densities again = parsed(to_yaml(densities));
    CHECK(again.layers == densities.layers);
    CHECK(again.source == densities.source);
  }
}

TEST_CASE("every fault of densities has its place and a way out") {
  const auto fault = [](const std::string& text) -> std::string {
    return input_fault([&] {
      Network network = small_network();
      apply(parsed(text), network);
    });
  };
  CHECK(fault("layers: {c: {Input: 1.5}}") == "d.yaml:1:21: the density of Input is a share from 0 to 1, not 1.5");
  CHECK(fault("layers: {c: {Inptu: 0.5}}") == "d.yaml:1:14: unknown key 'Inptu'; did you mean 'Input'?");
  CHECK(fault("layers: {cc: {Input: 0.5}}") == "d.yaml:1:10: network 'n' has no layer 'cc'; did you mean 'c'?");
  CHECK(fault("layers: {r: {Weight: 0.5}}") == "d.yaml:1:10: layer 'r' has no Weight; remove its density");
  CHECK(fault("layers: {c: {Output: 0.5}, d: {Input: 0.4}}") ==
        "d.yaml:1:28: the Input of d has density 0.4, but is also the Output of c, with 0.5; give one of them");
  CHECK(fault("layers: {c: {Output: 0.5}, d: {Input: 0.5}}") == "no fault");
  CHECK_THROWS_WITH(
      load_densities("eyeriss_alexnt"),
      "unknown densities 'eyeriss_alexnt'; did you mean 'eyeriss_alexnet'? (a file's name ends in .yaml or .json)");
}

TEST_CASE("what was measured of a network comes as JSON, whose statistics of tensors are left alone") {
  const Densities measured =
      parsed(R"({"source": "8 samples", "layers": {"/c": {"Input": 0.5}}, "tensors": [{"name": "x", "least": null}]})");
  CHECK(measured.source == "8 samples");
  CHECK(measured.layers.at("/c").at("Input") == 0.5);
}

}  // namespace pj
