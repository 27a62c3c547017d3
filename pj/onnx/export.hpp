#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pj/onnx/draft.hpp"
#include "pj/onnx/model.hpp"

namespace pj {

/// What one export keeps throughout; it is repeated where a layer needs a later operator set than was assumed.
struct ExportState {
  std::int64_t opset = 17;   ///< in which operators are written
  std::int64_t needed = 17;  ///< the latest that a layer needs
  std::set<std::string> domains;
  std::set<std::string> functions;  ///< of the domain `picojoule` that are called
  NameSet names;
  std::map<std::string, const Value*> constants;  ///< by the names under which they were written
  OnnxGraph* outermost = nullptr;
};

/// One network on its way into a graph.
struct GraphExport {
  ExportState& state;
  const Network& network;
  OnnxGraph& graph;
  std::vector<std::string> names;  ///< of the values
  std::vector<bool> is_weight;     ///< for each value: it follows from constants alone
};

using Attributes = std::map<std::string, OnnxAttribute>;

/// One node of the network on its way into ONNX nodes.
class NodeExport {
 public:
  NodeExport(GraphExport& out, const Node& node) : out_(out), node_(node) {}

  GraphExport& out() { return out_; }
  const Node& node() const { return node_; }
  std::size_t operand_count() const { return node_.inputs.size(); }
  bool has_operand(std::size_t i) const { return i < node_.inputs.size() && node_.inputs[i] != no_value; }
  const Value& operand(std::size_t i) const { return out_.network.values[node_.inputs.at(i)]; }
  const Value& result() const { return out_.network.values[node_.outputs.at(0)]; }
  bool is_weight(std::size_t i) const { return out_.is_weight[node_.inputs.at(i)]; }
  std::string input(std::size_t i) const { return has_operand(i) ? out_.names[node_.inputs[i]] : ""; }
  std::int64_t opset() const { return out_.state.opset; }
  void need(std::int64_t opset);

  /// Writes the layer as one ONNX node with its own operands and results.
  void write(const std::string& type, Attributes attributes = {});
  /// The same with other inputs.
  void write(const std::string& type, std::vector<std::string> inputs, Attributes attributes = {});
  /// The same with an operator of the domain `picojoule`.
  void write_own(const std::string& type, Attributes attributes = {});
  void write_in(const std::string& domain, const std::string& type, Attributes attributes = {});

  /// A constant that ONNX wants as an input, and its name.
  std::string constant(const std::string& part, Constant constant);
  std::string integers(const std::string& part, const Sizes& numbers);
  /// A single number in the format of an operand.
  std::string number(const std::string& part, float number, const NumberFormat& format);

 private:
  GraphExport& out_;
  const Node& node_;
};

// One overload for each kind of layer, by topic in export_*.cpp.
void export_layer(NodeExport& node, const Convolution& layer);
void export_layer(NodeExport& node, const FullyConnected& layer);
void export_layer(NodeExport& node, const MatMul& layer);
void export_layer(NodeExport& node, const Pooling& layer);
void export_layer(NodeExport& node, const Activation& layer);
void export_layer(NodeExport& node, const BatchNormalization& layer);
void export_layer(NodeExport& node, const Normalization& layer);
void export_layer(NodeExport& node, const LocalResponseNormalization& layer);
void export_layer(NodeExport& node, const Softmax& layer);
void export_layer(NodeExport& node, const Elementwise& layer);
void export_layer(NodeExport& node, const Concat& layer);
void export_layer(NodeExport& node, const Split& layer);
void export_layer(NodeExport& node, const Slice& layer);
void export_layer(NodeExport& node, const Pad& layer);
void export_layer(NodeExport& node, const Reshape& layer);
void export_layer(NodeExport& node, const Transpose& layer);
void export_layer(NodeExport& node, const Resize& layer);
void export_layer(NodeExport& node, const Gather& layer);
void export_layer(NodeExport& node, const Scatter& layer);
void export_layer(NodeExport& node, const Reduce& layer);
void export_layer(NodeExport& node, const Expand& layer);
void export_layer(NodeExport& node, const DepthToSpace& layer);
void export_layer(NodeExport& node, const Cast& layer);
void export_layer(NodeExport& node, const Recurrent& layer);
void export_layer(NodeExport& node, const Quantize& layer);
void export_layer(NodeExport& node, const Dequantize& layer);
void export_layer(NodeExport& node, const FakeQuantize& layer);
void export_layer(NodeExport& node, const Dropout& layer);
void export_layer(NodeExport& node, const If& layer);

/// The graph of a branch; `outer_names` are those of the operands that its inputs stand for.
std::shared_ptr<const OnnxGraph> export_branch(ExportState& state, const Network& branch,
                                               const std::vector<std::string>& outer_names);

/// The body of a function of the domain `picojoule`, for other readers; empty where none can be written.
std::vector<OnnxFunction> own_functions(const ExportState& state);

/// Attribute values.
inline OnnxAttribute attribute(OnnxAttribute::Value value) {
  return {std::move(value), ""};
}
inline OnnxAttribute flag(bool value) {
  return attribute(std::int64_t{value ? 1 : 0});
}

}  // namespace pj
