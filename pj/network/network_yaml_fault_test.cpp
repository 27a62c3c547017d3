#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/network/network_yaml.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

std::string fault_of(const std::string& text, std::int64_t batch = 1) {
  return input_fault([&] { build_network(parse_yaml(text, "n"), "net", "net", batch); }, "none");
}

/// The fault of a file with one image and these layers; line 3 is the first of them.
std::string fault_in(const std::string& layers) {
  return fault_of("input: [8, 8, 8]\nlayers:\n" + layers);
}

std::string fault_in_blocks(const std::string& blocks, const std::string& layers) {
  return fault_of("input: [8, 8, 8]\nlayers:\n" + layers + "blocks:\n" + blocks);
}

}  // namespace

TEST_CASE("an unknown word says what may have been meant") {
  CHECK(fault_of("input: [3]\nlayer: []\n") == "n:2:1: unknown key 'layer'; did you mean 'layers'?");
  CHECK(fault_in("  - a: {convv: 3}\n") == "n:3:9: unknown kind of layer 'convv'; did you mean 'conv'?");
  CHECK(fault_in("  - rleu\n") == "n:3:5: unknown kind of layer 'rleu'; did you mean 'relu'?");
  CHECK(fault_in("  - a: {conv: 3, kernal: 3}\n") == "n:3:18: unknown key 'kernal'; did you mean 'kernel'?");
  CHECK(fault_in("  - a: {quantumise: 3}\n") ==
        "n:3:9: unknown kind of layer 'quantumise'; the first word says the kind, docs/networks.md lists them");
  CHECK(fault_in("  - conv1: {conv: 3}\n  - b: {add: [conv2, input]}\n") ==
        "n:4:15: no layer 'conv2' stands above this one; did you mean 'conv1'?");
  CHECK(fault_of("input: [3]\nlayers: [relu]\ndefaults: {covn: {bias: no}}\n") ==
        "n:3:12: unknown kind of layer 'covn'; did you mean 'conv'?");
  CHECK(fault_of("input: [3]\nlayers: [relu]\ndefaults: {conv: {biass: no}}\n") ==
        "n:3:19: unknown key 'biass'; did you mean 'bias'?");
  CHECK(fault_in("  - a: {upsample: 2, mode: nearst}\n") ==
        "n:3:28: the mode of 'a' cannot be 'nearst'; did you mean 'nearest'?");
  CHECK(fault_in("  - a: {conv: 3, format: int9x}\n").starts_with("n:3:26: 'int9x' "));
}

TEST_CASE("a file without content, input or layers is refused") {
  CHECK(fault_of("") == "n: holds no YAML document");
  CHECK(fault_of("layers: [relu]\n") == "n:1:1: the key 'input' is missing here");
  CHECK(fault_of("input: [3]\n") == "n:1:1: the key 'layers' is missing here");
  CHECK(fault_of("input: [3]\nlayers: []\n") == "n:2:9: this list of layers is empty");
  CHECK(fault_of("just words\n") == "n:1:1: this must be a map of keys and values");
  CHECK(fault_of("input: [3]\ninputs: {a: [3]}\nlayers: [relu]\n") ==
        "n:2:9: name either one 'input' or a map of 'inputs'");
  const TemporaryFolder folder;
  const std::string empty = folder.file("empty.yaml", "");
  CHECK_THROWS_WITH_AS(read_network_yaml(empty), (empty + ": is empty").c_str(), InputError);
  const std::string missing = folder.path("missing.yaml");
  CHECK_THROWS_WITH_AS(read_network_yaml(missing), (missing + ": no such file").c_str(), InputError);
}

TEST_CASE("a layer reads only what comes before it, so there are no cycles") {
  CHECK(fault_in("  - a: {conv: 3, from: later}\n  - later: {conv: 3}\n") ==
        "n:3:24: no layer 'later' stands above this one; a layer reads only what comes before it");
  CHECK(fault_in("  - here: {add: [here, input]}\n") ==
        "n:3:18: no layer 'here' stands above this one; a layer reads only what comes before it");
  CHECK(fault_in("  - parts: {split: [4, 4]}\n  - a: {relu, from: parts:2}\n") ==
        "n:4:21: no layer 'parts:2' stands above this one; did you mean 'parts'?");
  CHECK(fault_in_blocks("  a: [{x: b}]\n  b: [{x: a}]\n", "  - x: a\n") == "n:6:11: the block 'a' uses itself");
}

TEST_CASE("each layer has its own name") {
  CHECK(fault_in("  - a: {conv: 3}\n  - a: {conv: 3}\n") ==
        "n:4:5: the name 'a' is taken by line 3; each layer has its own");
  CHECK(fault_in("  - for i in 1..2:\n      - a: relu\n") ==
        "n:4:9: the name 'a' is taken by line 4; each layer has its own");
  CHECK(fault_in("  - input: relu\n") ==
        "n:3:5: 'input' is what feeds the network or the block; give this layer another name");
  CHECK(fault_in("  - '': relu\n") == "n:3:5: a layer's name has 1 to 200 characters");
  CHECK(fault_of("inputs: {a: [3], b: [3]}\nlayers:\n  - a: {add: [a, b]}\n") ==
        "n:3:5: the name 'a' is taken by line 1; each layer has its own");
  CHECK(fault_in_blocks("  b:\n    - output: relu\n    - x: relu\n", "  - a: b\n") ==
        "n:3:5: in 'a' the layer 'output' must be the last");
  CHECK(fault_in("  - a: {conv: 3, conv: 4}\n") == "n:3:18: the key 'conv' stands here twice; remove one");
}

TEST_CASE("sizes are positive, bounded and fit together") {
  CHECK(fault_in("  - a: {conv: -3}\n") ==
        "n:3:15: the number of filters of 'a' must be from 1 to 2,147,483,647, not -3");
  CHECK(fault_in("  - a: {conv: 3, stride: 0}\n") ==
        "n:3:26: the stride of 'a' must be from 1 to 2,147,483,647, not 0");
  CHECK(fault_in("  - a: {conv: 99999999999999999999}\n") ==
        "n:3:15: the number of filters of 'a' is '99999999999999999999': it does not fit 64 bits");
  CHECK(fault_in("  - a: {conv: 3.5}\n") == "n:3:15: the number of filters of 'a' is '3.5': '.' is not expected here");
  CHECK(fault_in("  - a: {conv: }\n") == "n:3:15: the number of filters of 'a' is '': a number or a name is missing");
  CHECK(fault_in("  - a: conv\n") == "n:3:8: the number of filters of 'a' is missing; write {conv: …}");
  CHECK(fault_in("  - a: {conv: 3, kernel: [1, 2, 3]}\n") ==
        "n:3:26: the kernel of 'a' has 3 numbers; give one for each of the 2 axes, or a single one");
  CHECK(fault_in("  - a: {conv: 4, groups: 3}\n") == "n:3:8: 3 groups do not divide 8 input channels and 4 filters");
  CHECK(fault_in("  - a: {fc: 4}\n  - b: {conv: 3}\n") == "n:4:8: conv needs an input with more axes than 1×4");
  CHECK(fault_in("  - a: {max_pool: 9}\n").starts_with("n:3:8: node 'a': "));
  CHECK(fault_in("  - a: {conv: 2000000000, kernel: 2000000000}\n").starts_with("n:3:8: weight 'a.weight': "));
  CHECK(fault_of("input: [0]\nlayers: [relu]\n") == "n:1:9: a size of 'input' must be from 1 to 2,147,483,647, not 0");
  CHECK(
      fault_of("input: [2000000000, 2000000000, 2000000000]\nlayers: [relu]\n").starts_with("n:1:8: input 'input': "));
  CHECK(fault_of("input: [3]\nlayers: [relu]\n", 0) == "the batch must be from 1 to 2,147,483,647, not 0");
  CHECK(fault_in("  - for i in 1..64:\n      - a{i}: {upsample: 1024}\n").starts_with("n:4:15: "));
}

TEST_CASE("a file cannot ask for more layers than a network may have") {
  const std::string many = "the network has more than 100,000 layers; shorten its loops";
  CHECK(fault_in("  - for i in 1..2000000000:\n      - relu\n").ends_with(many));
  CHECK(fault_in("  - for i in 1..2000000000:\n      - for j in 1..0:\n          - relu\n").ends_with(many));
  std::string blocks;
  for (int i = 0; i < 40; ++i) {
    blocks +=
        "  b" + std::to_string(i) + ": [{x: b" + std::to_string(i + 1) + "}, {y: b" + std::to_string(i + 1) + "}]\n";
  }
  CHECK(fault_in_blocks(blocks + "  b40: relu\n", "  - a: b0\n").ends_with("blocks are nested deeper than 32"));
}

TEST_CASE("a layer that nothing reads is refused") {
  CHECK(fault_in("  - a: {conv: 3}\n  - b: {conv: 3, from: input}\n") ==
        "n:3:5: the layer 'a' feeds nothing; use it or name it under 'outputs'");
  CHECK(fault_of("inputs: {a: [3], b: [3]}\nlayers: [relu]\n") == "n:1:18: the input 'b' feeds nothing");
}

TEST_CASE("what is not written as a layer, loop, block or parameter says how it is written") {
  CHECK(fault_in("  - {a: relu, b: relu}\n") == "n:3:5: a layer is one 'name: {kind: …}' or one word, as 'relu'");
  CHECK(fault_in("  - [relu]\n") == "n:3:5: a layer must be a map of keys and values");
  CHECK(fault_in("  - a: [relu]\n") == "n:3:8: a layer must be a single value, not a list or a map");
  CHECK(fault_in("  - for i of 1..3:\n      - relu\n") ==
        "n:3:5: a loop is written 'for i in 1..4', not 'for i of 1..3'");
  CHECK(fault_in("  - for i in 3:\n      - relu\n") == "n:3:5: a loop is written 'for i in 1..4', not 'for i in 3'");
  CHECK(fault_in("  - for i in 9223372036854775806..9223372036854775807:\n      - relu\n") ==
        "n:3:5: a loop runs from at least -2,147,483,647 to at most 2,147,483,647");
  CHECK(fault_in("  - for C in 1..3:\n      - relu\n") ==
        "n:3:5: C, H and W are the sizes of a layer's input; choose another name");
  CHECK(fault_in("  - for i in 1..3:\n      relu\n") == "n:4:7: this list of layers must be a list");
  CHECK(fault_in("  - a: {add: input}\n") == "n:3:8: add needs a list of two or more layers, as {add: [input, conv1]}");
  CHECK(fault_in("  - a: {conv: 3, then: {add: [input, input]}}\n") ==
        "n:3:24: a layer behind 'then' reads the one before it and has no 'from' or 'then'");
  CHECK(fault_in("  - a: {conv: 3, then: {conv: 3, then: relu}}\n") ==
        "n:3:24: a layer behind 'then' reads the one before it and has no 'from' or 'then'");
  CHECK(fault_in_blocks("  my block: [relu]\n", "  - relu\n") ==
        "n:5:3: 'my block' is not a block's name; write 'name' or 'name(a, b = 1)'");
  CHECK(fault_in_blocks("  b(1x): [relu]\n", "  - relu\n") ==
        "n:5:3: '1x' is not a parameter's name; use letters and digits");
  CHECK(fault_in_blocks("  relu: [tanh]\n", "  - relu\n") == "n:5:3: 'relu' is a kind of layer or a block already");
  CHECK(fault_in_blocks("  b(n): [{x: {conv: n}}]\n", "  - a: b\n") == "n:3:8: the n of 'b' is missing");
  CHECK(fault_in_blocks("  b(n): [{x: {conv: n}}]\n", "  - a: {b: [1, 2]}\n") == "n:3:8: 'b' takes (n), not 2 numbers");
  CHECK(fault_in_blocks("  b(n): [{x: {conv: n}}]\n", "  - a: {b: {width: 1}}\n") ==
        "n:3:13: unknown key 'width'; known: n");
  CHECK(fault_of("input: [3]\nlayers: [relu]\nparameters: {H: 3}\n") ==
        "n:3:14: C, H and W are the sizes of a layer's input; choose another name");
}

TEST_CASE("a variant sets only parameters of the file") {
  const YamlNode file = parse_yaml("input: [3]\nlayers: [relu]\nparameters: {n: 1}\nvariants: {v: {depth: 2}}\n", "n");
  CHECK_THROWS_WITH_AS(build_network(file, "net", "v", 1), "n:4:16: unknown key 'depth'; known: title, source, n",
                       InputError);
}

TEST_CASE("codes, shared weights and connections are checked") {
  const std::string vector = "input: [4]\nlayers:\n";
  CHECK(fault_of(vector + "  - a: {rbf: '#.#. ##x.'}\n") == "n:3:8: a code is drawn with '#' and '.', not with 'x'");
  CHECK(fault_of(vector + "  - a: {rbf: '#.# ##.'}\n") == "n:3:8: a code has 3 points, but the input 1×4");
  CHECK(fault_of(vector + "  - a: rbf\n") == "n:3:8: rbf needs its codes, drawn with '#' and '.'");
  CHECK(fault_of(vector + "  - a: {fc: 4, weights: b}\n") == "n:3:25: no layer 'b' with weights stands above this one");
  CHECK(fault_of(vector + "  - a: {fc: 4}\n  - b: {fc: 5, weights: a}\n") ==
        "n:4:25: the weights of 'a' are 4×4, 'b' needs 5×4");
  CHECK(fault_in("  - a: {conv: 2, connections: [[0, 1], [9]]}\n").starts_with("n:3:8: node 'a': "));
}

}  // namespace pj
