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
  Shape<4> shape{};
  Layout layout = Layout::Planar;
  std::vector<Epilogue> of_blocks = {};  ///< the same for each block of channels

  std::int64_t block() const { return channels_of_block(layout); }
  std::int64_t blocks() const { return ceil_div(shape[1], block()); }
  /// A block of channels of an image.
  std::int64_t parts() const { return shape[0] * blocks(); }
  Shape<4> shape_of(std::int64_t part) const {
    return {1, std::min(block(), shape[1] - part % blocks() * block()), shape[2], shape[3]};
  }
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

/// The additions of each block of channels.
std::vector<Epilogue> epilogues_of_blocks(const Pass& pass) {
  std::vector<Epilogue> list(static_cast<std::size_t>(pass.blocks()), pass.epilogue);
  for (std::int64_t b = 0; b < pass.blocks() && !pass.epilogue.bias.empty(); ++b) {
    const auto first = pass.epilogue.bias.begin() + b * pass.block();
    list[static_cast<std::size_t>(b)].bias.assign(first, first + pass.shape_of(b)[1]);
  }
  return list;
}

/// Multiplies what has been copied to the output by the factors of its channels.
void multiply(const Pass& pass, std::int64_t part, std::span<float> output) {
  const std::int64_t block = pass.block();
  const std::int64_t first = part % pass.blocks() * block;
  for (std::int64_t i = 0; i < std::ssize(output); ++i) {
    const std::int64_t c = first + i % block;
    output[static_cast<std::size_t>(i)] *= c < pass.shape[1] ? pass.factors[static_cast<std::size_t>(c)] : 0.0F;
  }
}

void run_pass(const Pass& pass, const StepMemory& memory) {
  const auto count = static_cast<std::size_t>(pass.block() * pass.shape[2] * pass.shape[3]);
  for (std::int64_t part = memory.first; part < memory.last; ++part) {
    const std::size_t first = static_cast<std::size_t>(part) * count;
    const std::span<float> output = memory.output<float>().subspan(first, count);
    if (memory.inputs[0].data() != memory.outputs[0].data()) {
      std::ranges::copy(memory.input<float>(0).subspan(first, count), output.begin());
    }
    if (!pass.factors.empty()) {
      multiply(pass, part, output);
    }
    apply(pass.of_blocks[static_cast<std::size_t>(part % pass.blocks())], pass.shape_of(part), pass.layout,
          pass.epilogue.residual ? memory.input<float>(1).subspan(first, count) : std::span<const float>{}, output);
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
  const Layout layout = pass->layout = context.layouts[first.inputs[0]];
  pass->shape = map_shape(network.values[last.outputs[0]].shape);
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
  pass->of_blocks = epilogues_of_blocks(*pass);
  step.parts = pass->parts();
  step.run = [pass](const StepMemory& memory) { run_pass(*pass, memory); };
  return step;
}

}  // namespace pj
