#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pj/network/elements.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/onnx/writer.hpp"

namespace pj {

// Small ONNX models for the tests of this folder.

inline OnnxDeclaration declared(const std::string& name, const Sizes& shape, int element_type = 1) {
  OnnxDeclaration declaration{.name = name, .has_shape = true, .element_type = element_type};
  for (const std::int64_t size : shape) {
    declaration.shape.push_back({size, ""});
  }
  return declaration;
}

/// A node that is named after its first output.
inline OnnxNode node_of(const std::string& type, std::vector<std::string> inputs, std::vector<std::string> outputs,
                        std::vector<std::pair<std::string, OnnxAttribute::Value>> attributes = {}) {
  OnnxNode node{
      .name = "n_" + outputs.front(), .type = type, .inputs = std::move(inputs), .outputs = std::move(outputs)};
  for (auto& [name, value] : attributes) {
    node.attributes[name] = {std::move(value), ""};
  }
  return node;
}

/// x [1,3,8,8] → nodes → y.
inline OnnxModel model_of(std::vector<OnnxNode> nodes, std::int64_t opset = 17) {
  OnnxModel model{.opsets = {{"", opset}}};
  model.graph.name = "g";
  model.graph.inputs = {declared("x", {1, 3, 8, 8})};
  model.graph.outputs = {declared("y", {1})};
  model.graph.nodes = std::move(nodes);
  return model;
}

inline OnnxTensor reals(const std::string& name, const Sizes& shape, const std::vector<double>& numbers,
                        NumberFormat format = NumberFormat::float32()) {
  return {name, format, shape, std::make_shared<const Constant>(constant_of(format, shape, numbers))};
}

inline OnnxTensor zeros(const std::string& name, const Sizes& shape) {
  return reals(name, shape, std::vector<double>(static_cast<std::size_t>(element_count(shape)), 0.0));
}

inline OnnxTensor integers(const std::string& name, const Sizes& numbers) {
  return {name,
          NumberFormat::fixed(64),
          {static_cast<std::int64_t>(numbers.size())},
          std::make_shared<const Constant>(whole_list(numbers))};
}

inline Network read(const OnnxModel& model, const OnnxOptions& options = {}) {
  return parse_onnx(write_model(model), "m.onnx", options);
}

}  // namespace pj
