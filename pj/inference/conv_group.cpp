#include "pj/inference/conv_group.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/execution/numbers.hpp"
#include "pj/kernels/layer_conv.hpp"

namespace pj {

namespace {

constexpr std::size_t no_node = PlanGraph::no_node;

/// What a group has gathered so far.
struct Gathering {
  std::vector<std::size_t> nodes;
  bool has_residual = false, has_function = false;
};

bool is_float(const PlanGraph& graph, ValueId id) {
  return id != no_value && graph.value(id).format == NumberFormat::float32();
}

Verdict can_begin(const PlanGraph& graph, const Node& node) {
  if (!std::holds_alternative<Convolution>(node.layer) && !std::holds_alternative<FullyConnected>(node.layer)) {
    return Verdict::no("it is no convolution");
  }
  if (!layer_conv(graph.network, node)) {
    return Verdict::no("no kernel computes transposed or three-dimensional convolutions or those with connections");
  }
  if (graph.constant(node, 0) != nullptr || graph.constant(node, 1) == nullptr) {
    return Verdict::no("its weights are computed while it runs");
  }
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != no_value;
  if (has_bias && graph.constant(node, 2) == nullptr) {
    return Verdict::no("its bias is computed while it runs");
  }
  if (!is_float(graph, node.inputs[0]) || !is_float(graph, node.inputs[1])) {
    return Verdict::no("its numbers are not float32");
  }
  return Verdict::yes();
}

bool is_folded(const PlanGraph& graph, const Node& node) {
  bool all = std::holds_alternative<BatchNormalization>(node.layer) && node.outputs.size() == 1;
  for (std::size_t i = 1; all && i < 5; ++i) {
    all = graph.constant(node, i) != nullptr;
  }
  return all;
}

/// The operand of an addition that is not the group's; nothing where it cannot be added as the group stores.
std::optional<ValueId> residual_of(const PlanGraph& graph, const Node& node, ValueId own) {
  const auto* add = std::get_if<Elementwise>(&node.layer);
  if (add == nullptr || add->kind != Elementwise::Kind::Add || node.inputs.size() != 2 ||
      node.inputs[0] == node.inputs[1]) {
    return std::nullopt;
  }
  const ValueId other = node.inputs[0] == own ? node.inputs[1] : node.inputs[0];
  const bool fits = graph.value(other).shape == graph.value(own).shape && is_float(graph, other);
  return fits && graph.value(other).data == nullptr ? std::optional(other) : std::nullopt;
}

/// The constant operand of an addition that is one number for each channel, or for all of them: a bias.
const Constant* bias_of(const Network& network, const Node& node, ValueId own) {
  const auto* add = std::get_if<Elementwise>(&node.layer);
  if (add == nullptr || add->kind != Elementwise::Kind::Add || node.inputs.size() != 2) {
    return nullptr;
  }
  const Value& other = network.values[node.inputs[0] == own ? node.inputs[1] : node.inputs[0]];
  const Sizes& shape = network.values[own].shape;
  if (other.data == nullptr || other.format != NumberFormat::float32() || shape.size() < 2 ||
      network.values[node.outputs[0]].shape != shape || other.shape.size() > shape.size()) {
    return nullptr;
  }
  const std::size_t missing = shape.size() - other.shape.size();  // axes are counted from the last one
  for (std::size_t axis = missing; axis < shape.size(); ++axis) {
    if (axis != 1 && other.shape[axis - missing] != 1) {
      return nullptr;
    }
  }
  return other.data.get();
}

/// Whether the next node belongs to the group, too.
bool joins(const PlanGraph& graph, Gathering& group, std::size_t next) {
  const Node& node = graph.node(next);
  const ValueId own = graph.node(group.nodes.back()).outputs[0];
  if (group.has_function) {
    return false;
  }
  if (is_folded(graph, node) && node.inputs[0] == own) {
    return !group.has_residual;
  }
  if (bias_of(graph.network, node, own) != nullptr) {
    return !group.has_residual;
  }
  if (residual_of(graph, node, own)) {
    return !std::exchange(group.has_residual, true);
  }
  group.has_function = end_function(node.layer).has_value();
  return group.has_function;
}

/// γ / √(variance + ε) and β − mean · that, into weights and bias.
void fold(const Network& network, const Node& node, ConvGroup& group) {
  const auto numbers = [&](std::size_t i) { return numbers_of<double>(*network.values[node.inputs[i]].data); };
  const auto gamma = numbers(1);
  const auto beta = numbers(2);
  const auto mean = numbers(3);
  const auto variance = numbers(4);
  const auto epsilon = static_cast<double>(std::get<BatchNormalization>(node.layer).epsilon);
  group.epilogue.bias.resize(gamma.size(), 0.0F);
  const std::size_t filter = group.weights.size() / gamma.size();
  for (std::size_t m = 0; m < gamma.size(); ++m) {
    const double scale = gamma[m] / std::sqrt(variance[m] + epsilon);
    for (std::size_t k = m * filter; k < (m + 1) * filter; ++k) {
      group.weights[k] = static_cast<float>(static_cast<double>(group.weights[k]) * scale);
    }
    const double bias = static_cast<double>(group.epilogue.bias[m]) - mean[m];
    group.epilogue.bias[m] = static_cast<float>(bias * scale + beta[m]);
  }
}

void append(const Network& network, const Node& node, ConvGroup& group) {
  if (std::holds_alternative<BatchNormalization>(node.layer)) {
    fold(network, node, group);
    group.ends.emplace_back("batch norm");
  } else if (const Constant* bias = bias_of(network, node, group.output)) {
    const auto numbers = numbers_of<float>(*bias);
    group.epilogue.bias.resize(static_cast<std::size_t>(group.shape.M), 0.0F);
    for (std::size_t m = 0; m < group.epilogue.bias.size(); ++m) {
      group.epilogue.bias[m] += numbers[numbers.size() == 1 ? 0 : m];
    }
    group.ends.emplace_back("bias");
  } else if (std::holds_alternative<Elementwise>(node.layer)) {
    group.residual = node.inputs[0] == group.output ? node.inputs[1] : node.inputs[0];
    group.epilogue.residual = true;
    group.ends.emplace_back("add");
  } else {
    const EndFunction end = *end_function(node.layer);
    group.epilogue.function = end.function;
    group.epilogue.low = end.low;
    group.epilogue.high = end.high;
    group.ends.push_back(kind_name(node.layer));
  }
  group.output = node.outputs[0];
}

}  // namespace

std::optional<EndFunction> end_function(const Layer& layer) {
  const auto* activation = std::get_if<Activation>(&layer);
  if (activation == nullptr) {
    return std::nullopt;
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (activation->kind) {
    case Activation::Kind::Relu:
      return EndFunction{Epilogue::Function::Clamp, 0.0F, infinity};
    case Activation::Kind::Clip:
      return EndFunction{Epilogue::Function::Clamp, activation->alpha, activation->beta};
    case Activation::Kind::LeakyRelu:
      return EndFunction{Epilogue::Function::Leaky, activation->alpha, infinity};
    case Activation::Kind::HardSwish:
      return EndFunction{Epilogue::Function::HardSwish, 0.0F, 0.0F};
    default:
      return std::nullopt;
  }
}

NodeGroup take_conv(const PlanGraph& graph, std::size_t node, bool fuse) {
  const Verdict verdict = can_begin(graph, graph.node(node));
  if (!verdict) {
    return {{}, verdict};
  }
  Gathering group{{node}};
  for (std::size_t next = graph.only_reader(node); fuse && next != no_node && joins(graph, group, next);
       next = graph.only_reader(next)) {
    group.nodes.push_back(next);
  }
  return {std::move(group.nodes)};
}

ConvGroup conv_group(const Network& network, const std::vector<std::size_t>& nodes) {
  const Node& node = network.nodes[nodes.front()];
  ConvGroup group{.shape = *layer_conv(network, node),
                  .weights = numbers_of<float>(*network.values[node.inputs[1]].data),
                  .input = node.inputs[0],
                  .output = node.outputs[0],
                  .is_connected = std::holds_alternative<FullyConnected>(node.layer)};
  if (node.inputs.size() > 2 && node.inputs[2] != no_value) {
    group.epilogue.bias = numbers_of<float>(*network.values[node.inputs[2]].data);
  }
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    append(network, network.nodes[nodes[i]], group);
  }
  return group;
}

}  // namespace pj
