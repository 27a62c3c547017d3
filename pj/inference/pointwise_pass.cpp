#include <algorithm>
#include <memory>

#include "pj/base/text.hpp"
#include "pj/inference/channel_scale.hpp"
#include "pj/inference/conv_group.hpp"
#include "pj/inference/map_steps.hpp"

namespace pj {

namespace {

/// y = f(x · factor[c] + addend[c] + other).
struct Pass {
  std::vector<float> factors, addends;  ///< of all channels, whole blocks; empty: ones, zeros
  bool has_other = false;
  EndFunction end;
  Shape<4> shape{};
  Layout layout = Layout::Planar;

  std::int64_t block() const { return channels_of_block(layout); }
  std::int64_t blocks() const { return ceil_div(shape[1], block()); }
  /// A block of channels of an image.
  std::int64_t parts() const { return shape[0] * blocks(); }
};

/// A block of channels of an image.
struct PassBlock {
  const float *input, *other, *factors, *addends;  ///< null: there is none
  float* output;
  std::int64_t count;
};

/// The channels of a position lie beside each other, so that factors and addends repeat after `Block` numbers.
template <int Block, class Function>
void pass_over(const PassBlock& b, Function function) {
  float factors[Block];
  float addends[Block];
  for (int c = 0; c < Block; ++c) {
    factors[c] = b.factors == nullptr ? 1.0F : b.factors[c];
    addends[c] = b.addends == nullptr ? 0.0F : b.addends[c];
  }
  for (std::int64_t i = 0; i < b.count && b.other == nullptr; i += Block) {
    for (int c = 0; c < Block; ++c) {
      b.output[i + c] = function(b.input[i + c] * factors[c] + addends[c]);
    }
  }
  for (std::int64_t i = 0; i < b.count && b.other != nullptr; i += Block) {
    for (int c = 0; c < Block; ++c) {
      b.output[i + c] = function(b.input[i + c] * factors[c] + addends[c] + b.other[i + c]);
    }
  }
}

template <int Block>
void pass_block(const PassBlock& b, const EndFunction& end) {
  switch (end.function) {
    case Epilogue::Function::Identity:
      return pass_over<Block>(b, [](float x) { return x; });
    case Epilogue::Function::Clamp:
      return pass_over<Block>(b, [low = end.low, high = end.high](float x) {
        x = x < low ? low : x;
        return x > high ? high : x;
      });
    case Epilogue::Function::Leaky:
      return pass_over<Block>(b, [low = end.low](float x) { return x < 0.0F ? low * x : x; });
    case Epilogue::Function::HardSwish:
      return pass_over<Block>(b, [](float x) { return x * std::min(std::max(x / 6.0F + 0.5F, 0.0F), 1.0F); });
  }
}

void run_pass(const Pass& pass, const StepMemory& memory) {
  const std::int64_t block = pass.block();
  const std::int64_t count = block * pass.shape[2] * pass.shape[3];
  for (std::int64_t part = memory.first; part < memory.last; ++part) {
    const std::int64_t channel = part % pass.blocks() * block;
    const PassBlock of_part{memory.input<float>(0).data() + part * count,
                            pass.has_other ? memory.input<float>(1).data() + part * count : nullptr,
                            pass.factors.empty() ? nullptr : pass.factors.data() + channel,
                            pass.addends.empty() ? nullptr : pass.addends.data() + channel,
                            memory.output<float>().data() + part * count,
                            count};
    if (block == 16) {
      pass_block<16>(of_part, pass.end);
    } else if (block == 8) {
      pass_block<8>(of_part, pass.end);
    } else {
      pass_block<1>(of_part, pass.end);
    }
  }
}

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

bool is_function(const PlanGraph& graph, const Node& node) {
  return end_function(node.layer).has_value() && is_float_map(graph, node.inputs[0]);
}

/// The operand of which channels are scaled; `no_value` where none are, or where maps are so small that a walk over
/// elements does it as well.
ValueId scaled_operand(const PlanGraph& graph, const Node& node) {
  constexpr std::int64_t few_positions = 8;
  for (const ValueId id : node.inputs) {
    const bool is_map = is_float_map(graph, id);
    const Shape<4> shape = is_map ? map_shape(graph.value(id).shape) : Shape<4>{};
    const bool is_normalization = std::holds_alternative<BatchNormalization>(node.layer);
    if (is_map && (is_normalization || shape[2] * shape[3] >= few_positions) &&
        channel_scale(graph.network, node, id)) {
      return id;
    }
  }
  return no_value;
}

/// In front of what is there already.
void scale_channels(const ChannelScale& scale, Pass& pass) {
  const auto whole = static_cast<std::size_t>(pass.blocks() * pass.block());
  if (pass.factors.empty()) {
    pass.factors.resize(static_cast<std::size_t>(pass.shape[1]), 1.0F);
    pass.factors.resize(whole, 0.0F);
  }
  pass.addends.resize(whole, 0.0F);
  for (std::size_t c = 0; c < scale.addends.size(); ++c) {
    const double factor = scale.factors.empty() ? 1.0 : scale.factors[c];
    pass.addends[c] = static_cast<float>(static_cast<double>(pass.addends[c]) * factor + scale.addends[c]);
    pass.factors[c] = static_cast<float>(static_cast<double>(pass.factors[c]) * factor);
  }
}

}  // namespace

NodeGroup take_pointwise_pass(const PlanGraph& graph, std::size_t i, bool fuse) {
  const Node& node = graph.node(i);
  const bool scales = scaled_operand(graph, node) != no_value;
  if (!scales && !is_sum(graph, node) && !is_function(graph, node)) {
    return NodeGroup::no("it is no sum, scale of channels or simple activation of float32 tensors");
  }
  std::vector<std::size_t> nodes{i};
  const auto next = [&] { return fuse ? graph.only_reader(nodes.back()) : PlanGraph::no_node; };
  const auto own = [&] { return graph.node(nodes.back()).outputs[0]; };
  while (scales && next() != PlanGraph::no_node && channel_scale(graph.network, graph.node(next()), own())) {
    nodes.push_back(next());
  }
  const bool is_done = is_function(graph, node);
  if (!is_done && next() != PlanGraph::no_node && end_function(graph.node(next()).layer)) {
    nodes.push_back(next());
  }
  return {std::move(nodes)};
}

Step make_pointwise_pass(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& first = network.nodes[nodes.front()];
  const auto pass = std::make_shared<Pass>();
  const ValueId scaled = scaled_operand(context.graph, first);
  ValueId own = scaled == no_value ? first.inputs[0] : scaled;
  const Layout layout = pass->layout = context.layouts[own];
  pass->shape = map_shape(network.values[own].shape);
  std::vector<std::string> words;
  Step step{.nodes = nodes, .reason = "one pass in the layout that is there"};
  step.inputs.push_back({own, layout, NumberFormat::float32()});
  for (const std::size_t n : nodes) {
    const Node& node = network.nodes[n];
    words.push_back(kind_name(node.layer));
    if (const auto scale = channel_scale(network, node, own)) {
      scale_channels(*scale, *pass);
    } else if (const auto end = end_function(node.layer)) {
      pass->end = *end;
    } else {
      pass->has_other = true;
      step.inputs.push_back({first.inputs[1], layout, NumberFormat::float32()});
    }
    own = node.outputs[0];
  }
  step.algorithm = join(words, " + ");
  step.outputs.push_back({own, layout, NumberFormat::float32()});
  step.sharing = Step::Sharing::Overwrite;
  step.parts = pass->parts();
  step.run = [pass](const StepMemory& memory) { run_pass(*pass, memory); };
  return step;
}

}  // namespace pj
