#include <algorithm>

#include "pj/inference/makers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

/// Reads one tensor and leaves its elements as they are, in the same order.
bool keeps_elements(const Layer& layer) {
  const auto* activation = std::get_if<Activation>(&layer);
  return std::holds_alternative<Reshape>(layer) || std::holds_alternative<Dropout>(layer) ||
         (activation != nullptr && activation->kind == Activation::Kind::Identity);
}

/// The format in which a value lies in memory.
NumberFormat form_format(const MakeContext& context, ValueId id) {
  return context.halves[id] ? NumberFormat::floating(16, 8) : context.graph.value(id).format;
}

/// Each operand as a piece of the result: planar, or in whole blocks of channels where all of them are so already.
Layout join_layout(const MakeContext& context, const Node& node) {
  const auto is_blocked = [&](ValueId id) {
    const Shape<4> shape = map_shape(context.graph.value(id).shape);
    return context.layouts[id] == Layout::Blocked && shape[1] % block_size == 0;
  };
  return std::all_of(node.inputs.begin(), node.inputs.end(), is_blocked) ? Layout::Blocked : Layout::Planar;
}

}  // namespace

NodeGroup take_view(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  if (!keeps_elements(node.layer)) {
    return NodeGroup::no("it changes elements or their order");
  }
  if (node.outputs.size() != 1 || graph.constant(node, 0) != nullptr) {
    return NodeGroup::no("it makes a mask, too, or reads a constant");
  }
  return {{i}};
}

Step make_view(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& node = network.nodes[nodes.front()];
  const bool same_shape = network.values[node.inputs[0]].shape == network.values[node.outputs[0]].shape;
  TensorForm input = planar_form(network, node.inputs[0]);
  TensorForm output = planar_form(network, node.outputs[0]);
  input.format = output.format = form_format(context, node.inputs[0]);
  input.layout = output.layout = same_shape ? context.layouts[node.inputs[0]] : Layout::Planar;
  return {.nodes = nodes,
          .algorithm = "view",
          .reason = "the same elements in the same order",
          .inputs = {input},
          .outputs = {output},
          .sharing = Step::Sharing::View};
}

NodeGroup take_join(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  const auto* concat = std::get_if<Concat>(&node.layer);
  if (concat == nullptr) {
    return NodeGroup::no("it is no concatenation");
  }
  const Sizes& shape = graph.value(node.outputs[0]).shape;
  const auto axis = static_cast<std::ptrdiff_t>(axis_index(concat->axis, shape.size()));
  if (std::any_of(shape.begin(), shape.begin() + axis, [](std::int64_t size) { return size != 1; })) {
    return NodeGroup::no("its operands do not lie one behind the other in the result");
  }
  for (const ValueId id : node.inputs) {
    if (id == no_value || graph.value(id).data != nullptr) {
      return NodeGroup::no("one of its operands is a constant");
    }
  }
  return {{i}};
}

Step make_join(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& node = network.nodes[nodes.front()];
  const bool is_along_channels =
      axis_index(std::get<Concat>(node.layer).axis, network.values[node.outputs[0]].shape.size()) == 1;
  const Layout layout = is_along_channels ? join_layout(context, node) : Layout::Planar;
  const bool all_halves = std::ranges::all_of(node.inputs, [&](ValueId id) { return context.halves[id]; });
  const NumberFormat format = all_halves ? form_format(context, node.inputs[0]) : network.values[node.inputs[0]].format;
  Step step{.nodes = nodes,
            .algorithm = "in place",
            .reason = "its operands are written where they stand in the result",
            .sharing = Step::Sharing::Join};
  for (const ValueId id : node.inputs) {
    step.inputs.push_back({id, layout, format});
  }
  step.outputs.push_back({node.outputs[0], layout, format});
  return step;
}

}  // namespace pj
