#include "pj/study/load.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/network/zoo.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

std::string load_fault(const std::string& network, const LoadOptions& options = {}) {
  return input_fault([&] { load_network(network, options); });
}

}  // namespace

TEST_CASE("a name is looked up in the zoo") {
  CHECK(load_network("alexnet", {.batch = 4}) == zoo_network("alexnet", 4));
  CHECK(load_fault("alexnte") == "unknown network 'alexnte'; did you mean 'alexnet'?");
}

TEST_CASE("the end of a file's name says how it is read") {
  const std::string onnx = in_repository("tests/cli/files/tiny.onnx");
  const Network tiny = load_network(onnx, {.batch = 2, .input_shapes = {{"data", {3, 3, 8, 8}}}});
  CHECK(tiny.values[tiny.inputs.front()].shape == Sizes{3, 3, 8, 8});
  const std::string yaml = in_repository("tests/cli/files/tiny.yaml");
  CHECK(load_network(yaml, {.batch = 2}) == read_network_yaml(yaml, 2));
}

TEST_CASE("weights have elements where they are asked for") {
  const std::string onnx = in_repository("tests/cli/files/tiny.onnx");
  const Network tiny = load_network(onnx, {.input_shapes = {{"data", {1, 3, 8, 8}}}, .load_data = true});
  CHECK(tiny.values[tiny.nodes.front().inputs[1]].data != nullptr);
}

TEST_CASE("a file of another kind is refused by its name") {
  CHECK(load_fault(in_repository("README.md"))
            .ends_with("README.md: is no network file by its name; it must end in .onnx or .yaml"));
}

TEST_CASE("input shapes are for ONNX files") {
  CHECK(load_fault("alexnet", {.input_shapes = {{"data", {1}}}}) ==
        "--input-shape is for ONNX files; the shapes of 'alexnet' are its own, but for --batch");
}

}  // namespace pj
