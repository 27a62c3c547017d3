#include "pj/inference/conv_group.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/execution/numbers.hpp"
#include "pj/inference/channel_scale.hpp"
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

/// Whether the next node belongs to the group, too.
bool joins(const PlanGraph& graph, Gathering& group, std::size_t next) {
  const Node& node = graph.node(next);
  const ValueId own = graph.node(group.nodes.back()).outputs[0];
  if (group.has_function) {
    return false;
  }
  if (channel_scale(graph.network, node, own)) {
    return !group.has_residual;
  }
  if (residual_of(graph, node, own)) {
    return !std::exchange(group.has_residual, true);
  }
  group.has_function = end_function(node.layer).has_value();
  return group.has_function;
}

/// Into weights and bias.
void fold(const ChannelScale& scale, ConvGroup& group) {
  group.epilogue.bias.resize(scale.addends.size(), 0.0F);
  if (!scale.factors.empty() && group.folded.empty()) {
    group.folded.assign(group.weights().begin(), group.weights().end());
  }
  const std::size_t filter = group.folded.size() / scale.addends.size();
  for (std::size_t m = 0; m < scale.addends.size(); ++m) {
    const double factor = scale.factors.empty() ? 1.0 : scale.factors[m];
    for (std::size_t k = m * filter; k < (m + 1) * filter && !scale.factors.empty(); ++k) {
      group.folded[k] = static_cast<float>(static_cast<double>(group.folded[k]) * factor);
    }
    group.epilogue.bias[m] =
        static_cast<float>(static_cast<double>(group.epilogue.bias[m]) * factor + scale.addends[m]);
  }
}

void append(const Network& network, const Node& node, ConvGroup& group) {
  if (const auto scale = channel_scale(network, node, group.output)) {
    fold(*scale, group);
    group.ends.emplace_back(scale->name);
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

std::span<const float> ConvGroup::weights() const {
  const std::span<const float> as_given(reinterpret_cast<const float*>(given->bytes.data()),
                                        given->bytes.size() / sizeof(float));
  return folded.empty() ? as_given : std::span<const float>(folded);
}

ConvGroup conv_group(const Network& network, const std::vector<std::size_t>& nodes) {
  const Node& node = network.nodes[nodes.front()];
  ConvGroup group{.shape = *layer_conv(network, node),
                  .given = network.values[node.inputs[1]].data.get(),
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
