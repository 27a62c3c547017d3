#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> published_networks() {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(in_shared("workloads"))) {
    if (entry.path().extension() == ".onnx") {
      paths.push_back(entry.path().string());
    }
  }
  for (const auto& entry : fs::directory_iterator(in_shared("models"))) {
    if (entry.is_directory()) {
      paths.push_back((entry.path() / "model.onnx").string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

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
    OnnxOptions options{.load_data = path.find("workloads/light") == std::string::npos};
    if (path.find("silero") != std::string::npos) {
      options.input_shapes["input"] = {1, 576};
    }
    const Network network = import_onnx(path, options);
    const Network again = parse_onnx(onnx_bytes(network), "again.onnx", {.load_data = options.load_data});
    CHECK(difference(network, again) == "none");
  }
}

}  // namespace pj
