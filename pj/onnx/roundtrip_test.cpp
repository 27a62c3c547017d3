#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

#include "pj/base/error.hpp"
#include "pj/network/zoo.hpp"
#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// The first difference, for the message of a failing test.
std::string difference(const Network& a, const Network& b) {
  if (a.name != b.name || a.inputs != b.inputs || a.outputs != b.outputs) {
    return "name, inputs or outputs";
  }
  for (std::size_t i = 0; i < std::min(a.values.size(), b.values.size()); ++i) {
    if (!(a.values[i] == b.values[i])) {
      return "value " + a.values[i].name + " " + shape_text(a.values[i].shape) + " " + to_string(a.values[i].format) +
             " against " + b.values[i].name + " " + shape_text(b.values[i].shape) + " " + to_string(b.values[i].format);
    }
  }
  for (std::size_t i = 0; i < std::min(a.nodes.size(), b.nodes.size()); ++i) {
    if (!(a.nodes[i] == b.nodes[i])) {
      return "node " + a.nodes[i].name + " " + kind_name(a.nodes[i].layer) + " against " + b.nodes[i].name + " " +
             kind_name(b.nodes[i].layer);
    }
  }
  return a == b ? "none" : "counts";
}

}  // namespace

TEST_CASE("every published network is the same after export and import") {
  if (!shared_is_there("the trained networks and workloads")) {
    return;
  }
  for (const std::string& path : published_networks()) {
    CAPTURE(path);
    const bool load_data = path.find("workloads/light") == std::string::npos;
    const Network network = import_onnx(path, options_for(path, load_data));
    const Network again = parse_onnx(onnx_bytes(network), "again.onnx", {.load_data = load_data});
    CHECK(difference(network, again) == "none");
  }
}

TEST_CASE("every network of the zoo is the same after export and import") {
  for (const ZooEntry& entry : zoo()) {
    CAPTURE(entry.name);
    const Network network = zoo_network(entry.name);
    CHECK(difference(network, parse_onnx(onnx_bytes(network), "again.onnx")) == "none");
  }
}

TEST_CASE("weights of equal elements are written as one element and read back") {
  if (!shared_is_there("the workloads")) {
    return;
  }
  const Network network = import_onnx(in_shared("workloads/light_squeezenet.onnx"));
  const std::string bytes = onnx_bytes(network);
  CHECK(bytes.size() < 100000);
  CHECK(difference(network, parse_onnx(bytes, "again.onnx")) == "none");
}

TEST_CASE("every conformance case that imports is the same after export and import") {
  if (!shared_is_there("the ONNX conformance cases")) {
    return;
  }
  int count = 0;
  for (const auto& folder : conformance_cases()) {
    Network network;
    try {
      network = import_case(folder);
    } catch (const InputError&) {
      continue;
    }
    CAPTURE(folder.string());
    ++count;
    CHECK(difference(network, parse_onnx(onnx_bytes(network), "again.onnx")) == "none");
  }
  std::printf("%d conformance cases are the same after export and import\n", count);
}

}  // namespace pj
