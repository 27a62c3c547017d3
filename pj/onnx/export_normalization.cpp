#include "pj/onnx/export.hpp"

namespace pj {

namespace {

using Kind = Normalization::Kind;

constexpr float default_epsilon = 1e-5F;

/// True where ONNX has an operator for the layer with just these operands and this ε.
bool has_operator(const NodeExport& node, const Normalization& layer) {
  const std::size_t operands = node.operand_count();
  switch (layer.kind) {
    case Kind::Layer:
      return operands >= 2 && node.has_operand(1);
    case Kind::Rms:
      return operands == 2;
    case Kind::Instance:
      return operands == 3 && node.has_operand(1);
    case Kind::Group:  // one scale a channel; that of opset 18 with one a group was withdrawn
      return operands == 3 && node.has_operand(1) && node.operand(1).shape == Sizes{node.operand(0).shape[1]};
    case Kind::L1:
    case Kind::L2:
      return operands == 1 && layer.epsilon == default_epsilon;
    case Kind::MeanVariance:
      return operands == 1 && layer.epsilon == 1e-9F;
  }
  return false;
}

void export_own(NodeExport& node, const Normalization& layer) {
  node.write_own("Normalization", {{"kind", attribute(static_cast<std::int64_t>(layer.kind))},
                                   {"axis", attribute(layer.axis)},
                                   {"axes", attribute(layer.axes)},
                                   {"groups", attribute(layer.groups)},
                                   {"epsilon", attribute(layer.epsilon)}});
}

}  // namespace

void export_layer(NodeExport& node, const BatchNormalization& layer) {
  node.write("BatchNormalization", {{"epsilon", attribute(layer.epsilon)}});
}

void export_layer(NodeExport& node, const Normalization& layer) {
  if (!has_operator(node, layer)) {
    export_own(node, layer);
    return;
  }
  Attributes attributes{{"axis", attribute(layer.axis)}, {"epsilon", attribute(layer.epsilon)}};
  switch (layer.kind) {
    case Kind::Layer:
      node.write("LayerNormalization", attributes);
      break;
    case Kind::Rms:
      node.need(23);
      node.write("RMSNormalization", attributes);
      break;
    case Kind::Instance:
      node.write("InstanceNormalization", {{"epsilon", attribute(layer.epsilon)}});
      break;
    case Kind::Group:
      node.need(21);
      node.write("GroupNormalization",
                 {{"num_groups", attribute(layer.groups)}, {"epsilon", attribute(layer.epsilon)}});
      break;
    case Kind::L1:
    case Kind::L2:
      node.write("LpNormalization",
                 {{"axis", attribute(layer.axis)}, {"p", attribute(std::int64_t{layer.kind == Kind::L1 ? 1 : 2})}});
      break;
    case Kind::MeanVariance:
      node.write("MeanVarianceNormalization", {{"axes", attribute(layer.axes)}});
      break;
  }
}

void export_layer(NodeExport& node, const LocalResponseNormalization& layer) {
  node.write("LRN", {{"size", attribute(layer.size)},
                     {"alpha", attribute(layer.alpha)},
                     {"beta", attribute(layer.beta)},
                     {"bias", attribute(layer.bias)}});
}

void export_layer(NodeExport& node, const Softmax& layer) {
  const std::string name = layer.logarithm ? "LogSoftmax" : "Softmax";
  if (layer.flatten) {
    node.write_own("Flattened" + name, {{"axis", attribute(layer.axis)}});
  } else {
    node.write(name, {{"axis", attribute(layer.axis)}});
  }
}

}  // namespace pj
