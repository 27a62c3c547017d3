#include <algorithm>
#include <cmath>
#include <memory>

#include "pj/base/text.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/conv_group.hpp"
#include "pj/inference/map_steps.hpp"

namespace pj {

namespace {

/// y = f(x · factor[c] + added[c] + other), channel by channel.
struct Pass {
  std::vector<float> factors;  ///< of each channel; empty: ones
  Epilogue epilogue;           ///< the additions, and f
};

bool is_float_map(const PlanGraph& graph, ValueId id) {
  return id != no_value && graph.value(id).format == NumberFormat::float32() && graph.value(id).data == nullptr &&
         graph.value(id).shape.size() >= 2 && graph.value(id).shape.size() <= 4;
}

bool is_sum(const PlanGraph& graph, const Node& node) {
  const auto* add = std::get_if<Elementwise>(&node.layer);
  return add != nullptr && add->kind == Elementwise::Kind::Add && node.inputs.size() == 2 &&
         is_float_map(graph, node.inputs[0]) && is_float_map(graph, node.inputs[1]) &&
         graph.value(node.inputs[0]).shape == graph.value(node.inputs[1]).shape;
}

bool is_normalization(const PlanGraph& graph, const Node& node) {
  bool all = std::holds_alternative<BatchNormalization>(node.layer) && node.outputs.size() == 1 &&
             is_float_map(graph, node.inputs[0]);
  for (std::size_t i = 1; all && i < 5; ++i) {
    all = graph.constant(node, i) != nullptr;
  }
  return all;
}

bool is_function(const PlanGraph& graph, const Node& node) {
  return end_function(node.layer).has_value() && is_float_map(graph, node.inputs[0]);
}

void normalize(const Network& network, const Node& node, Pass& pass) {
  const auto numbers = [&](std::size_t i) { return numbers_of<double>(*network.values[node.inputs[i]].data); };
  const auto gamma = numbers(1);
  const auto beta = numbers(2);
  const auto mean = numbers(3);
  const auto variance = numbers(4);
  const auto epsilon = static_cast<double>(std::get<BatchNormalization>(node.layer).epsilon);
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double factor = gamma[c] / std::sqrt(variance[c] + epsilon);
    pass.factors.push_back(static_cast<float>(factor));
    pass.epilogue.bias.push_back(static_cast<float>(beta[c] - mean[c] * factor));
  }
}

/// Multiplies what has been copied to the output by the factors of its channels.
void multiply(const std::vector<float>& factors, const Shape<4>& shape, Layout layout, std::span<float> output) {
  const std::int64_t block = channels_of_block(layout);
  const std::int64_t channels = ceil_div(shape[1], block) * block;
  const std::int64_t size = shape[2] * shape[3];
  for (std::int64_t plane = 0; plane < shape[0] * channels / block; ++plane) {
    for (std::int64_t i = 0; i < size * block; ++i) {
      const std::int64_t c = plane * block % channels + i % block;
      output[static_cast<std::size_t>(plane * size * block + i)] *=
          c < shape[1] ? factors[static_cast<std::size_t>(c)] : 0.0F;
    }
  }
}

}  // namespace

NodeGroup take_pointwise_pass(const PlanGraph& graph, std::size_t i, bool fuse) {
  const Node& node = graph.node(i);
  if (!is_sum(graph, node) && !is_normalization(graph, node) && !is_function(graph, node)) {
    return NodeGroup::no("it is no sum, batch normalisation or simple activation of float32 tensors");
  }
  const std::size_t next = graph.only_reader(i);
  if (fuse && !is_function(graph, node) && next != PlanGraph::no_node && end_function(graph.node(next).layer)) {
    return {{i, next}};
  }
  return {{i}};
}

Step make_pointwise_pass(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& first = network.nodes[nodes.front()];
  const Node& last = network.nodes[nodes.back()];
  const auto pass = std::make_shared<Pass>();
  std::vector<std::string> words;
  for (const std::size_t n : nodes) {
    words.push_back(kind_name(network.nodes[n].layer));
    if (const auto end = end_function(network.nodes[n].layer)) {
      pass->epilogue.function = end->function;
      pass->epilogue.low = end->low;
      pass->epilogue.high = end->high;
    }
  }
  const Layout layout = context.layouts[first.inputs[0]];
  Step step{.nodes = nodes, .algorithm = join(words, " + "), .reason = "one pass in the layout that is there"};
  step.inputs.push_back({first.inputs[0], layout, NumberFormat::float32()});
  step.outputs.push_back({last.outputs[0], layout, NumberFormat::float32()});
  step.sharing = Step::Sharing::Overwrite;
  if (std::holds_alternative<BatchNormalization>(first.layer)) {
    normalize(network, first, *pass);
  } else if (std::holds_alternative<Elementwise>(first.layer)) {
    pass->epilogue.residual = true;
    step.inputs.push_back({first.inputs[1], layout, NumberFormat::float32()});
  }
  step.run = [pass, layout, shape = map_shape(network.values[last.outputs[0]].shape)](const StepMemory& memory) {
    const std::span<float> output = memory.output<float>();
    if (memory.inputs[0].data() != memory.outputs[0].data()) {
      std::ranges::copy(memory.input<float>(0), output.begin());
    }
    if (!pass->factors.empty()) {
      multiply(pass->factors, shape, layout, output);
    }
    apply(pass->epilogue, shape, layout, pass->epilogue.residual ? memory.input<float>(1) : std::span<const float>{},
          output);
  };
  return step;
}

}  // namespace pj
