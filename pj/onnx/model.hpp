#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

// An ONNX file as plain values: what the reader makes, the importer reads, the exporter makes and the writer
// writes. Only the reader and the writer know protobuf.

struct OnnxGraph;

/// A tensor with its elements; `data` is null where only the shape is known.
struct OnnxTensor {
  std::string name;
  NumberFormat format;
  Sizes shape;
  std::shared_ptr<const Constant> data;
};

/// The value of one attribute; `std::monostate` where it is of a kind that no operator here uses.
struct OnnxAttribute {
  using Value = std::variant<std::monostate, std::int64_t, float, std::string, Sizes, std::vector<float>,
                             std::vector<std::string>, OnnxTensor, std::shared_ptr<const OnnxGraph>>;
  Value value;
  std::string reference;  ///< in a function: the call's attribute that gives the value
};

struct OnnxNode {
  std::string name, domain, type;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, OnnxAttribute> attributes;
};

/// The node's name or, where it has none, that of its first output.
inline const std::string& own_name(const OnnxNode& node) {
  for (const std::string& output : node.outputs) {
    if (node.name.empty() && !output.empty()) {
      return output;
    }
  }
  return node.name;
}

/// One axis of a declared shape: a size, or −1 with a symbol or none.
struct OnnxAxis {
  std::int64_t size = -1;
  std::string symbol;
};

/// An input or output as the graph declares it.
struct OnnxDeclaration {
  std::string name;
  bool is_tensor = true;
  bool has_shape = false;
  int element_type = 0;
  std::vector<OnnxAxis> shape;
};

struct OnnxGraph {
  std::string name;
  std::vector<OnnxDeclaration> inputs, outputs;
  std::vector<OnnxNode> nodes;
  std::vector<OnnxTensor> initializers;
  /// Per tensor name, the key-value pairs of its quantisation annotation.
  std::map<std::string, std::map<std::string, std::string>> annotations;
};

/// A model-local function.
struct OnnxFunction {
  std::string domain, name;
  std::vector<std::string> inputs, outputs, attributes;
  std::map<std::string, OnnxAttribute> defaults;  ///< of attributes that a call may leave out
  std::vector<OnnxNode> nodes;
  std::map<std::string, std::int64_t> opsets;
};

struct OnnxModel {
  std::int64_t ir_version = 8;
  std::map<std::string, std::int64_t> opsets;
  OnnxGraph graph;
  std::vector<OnnxFunction> functions;
  std::map<std::string, std::string> metadata;
};

}  // namespace pj
