#include <algorithm>
#include <memory>

#include "pj/execution/numbers.hpp"
#include "pj/inference/channel_scale.hpp"
#include "pj/inference/makers.hpp"
#include "pj/kernels/gemm.hpp"

namespace pj {

namespace {

/// A transposed convolution of maps: each group's filters times its inputs give what every input adds to the outputs
/// that its filter reaches, M·R·S × H·W numbers, which are then added where they belong (col2im).
struct TransposedConv {
  std::int64_t N, C, H, W, M, P, Q, R, S, groups;
  std::int64_t stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
  std::vector<float> weights;  ///< of each group: C × M·R·S
  std::vector<float> bias;     ///< of each output channel

  std::int64_t group_inputs() const { return C / groups; }
  std::int64_t group_outputs() const { return M / groups; }
  std::int64_t columns() const { return group_outputs() * R * S * H * W; }

  /// A part is a group of an image.
  void run(const StepMemory& memory, std::int64_t part) const {
    const std::int64_t group = part % groups;
    const auto at = [](auto numbers, std::int64_t index, std::int64_t count) {
      return numbers.subspan(static_cast<std::size_t>(index * count), static_cast<std::size_t>(count));
    };
    const std::int64_t rows = group_outputs() * R * S;
    const std::span<float> products = memory.workspace_of<float>().first(static_cast<std::size_t>(columns()));
    multiply({.M = rows, .N = H * W, .K = group_inputs(), .transpose_a = true},
             at(std::span<const float>(weights), group, group_inputs() * rows),
             at(memory.input<float>(0), part, group_inputs() * H * W), products);
    const std::span<float> maps = at(memory.output<float>(), part, group_outputs() * P * Q);
    for (std::int64_t m = 0; m < group_outputs(); ++m) {
      float* const map = maps.data() + m * P * Q;
      std::fill_n(map, P * Q, bias[static_cast<std::size_t>(group * group_outputs() + m)]);
      for (std::int64_t tap = 0; tap < R * S; ++tap) {
        add_tap(products.data() + (m * R * S + tap) * H * W, tap / S, tap % S, map);
      }
    }
  }

  /// Input (h, w) reaches output (h · stride + r · dilation − pad, …).
  void add_tap(const float* products, std::int64_t r, std::int64_t s, float* map) const {
    const std::int64_t left = s * dilation_w - pad_left;
    const std::int64_t first = left >= 0 ? 0 : ceil_div(-left, stride_w);
    const std::int64_t last = std::min(W, ceil_div(std::max<std::int64_t>(0, Q - left), stride_w));
    for (std::int64_t h = 0; h < H; ++h) {
      const std::int64_t p = h * stride_h + r * dilation_h - pad_top;
      if (p < 0 || p >= P) {
        continue;
      }
      const float* const from = products + h * W;
      float* const to = map + p * Q + left;
      if (stride_w == 1) {
        for (std::int64_t w = first; w < last; ++w) {
          to[w] += from[w];
        }
      } else {
        for (std::int64_t w = first; w < last; ++w) {
          to[w * stride_w] += from[w];
        }
      }
    }
  }
};

/// One-dimensional maps have one row.
TransposedConv transposed_conv(const PlanGraph& graph, const Node& node) {
  const auto& layer = std::get<Convolution>(node.layer);
  const Shape<4> input = map_shape(graph.value(node.inputs[0]).shape);
  const Shape<4> output = map_shape(graph.value(node.outputs[0]).shape);
  const Shape<4> filter = map_shape(graph.value(node.inputs[1]).shape);
  const auto vertical = [&](const Sizes& of, std::int64_t none) { return of.size() == 2 ? of[0] : none; };
  TransposedConv conv{.N = input[0],
                      .C = input[1],
                      .H = input[2],
                      .W = input[3],
                      .M = output[1],
                      .P = output[2],
                      .Q = output[3],
                      .R = filter[2],
                      .S = filter[3],
                      .groups = layer.groups,
                      .stride_h = vertical(layer.stride, 1),
                      .stride_w = layer.stride.back(),
                      .dilation_h = vertical(layer.dilation, 1),
                      .dilation_w = layer.dilation.back(),
                      .pad_top = vertical(layer.pad_begin, 0),
                      .pad_left = layer.pad_begin.back()};
  conv.weights = numbers_of<float>(*graph.constant(node, 1));
  const Constant* const bias = graph.constant(node, 2);
  conv.bias = bias == nullptr ? std::vector<float>(static_cast<std::size_t>(conv.M)) : numbers_of<float>(*bias);
  return conv;
}

/// Filters lie as C × M/groups × R × S; the channel of output m is the factor's.
void fold_filters(const ChannelScale& scale, TransposedConv& conv) {
  const std::int64_t taps = conv.R * conv.S;
  for (std::int64_t i = 0; i < std::ssize(conv.weights) && !scale.factors.empty(); ++i) {
    const std::int64_t filter = i / taps;
    const std::int64_t group = filter / conv.group_outputs() / conv.group_inputs();
    const std::int64_t m = group * conv.group_outputs() + filter % conv.group_outputs();
    float& weight = conv.weights[static_cast<std::size_t>(i)];
    weight = static_cast<float>(static_cast<double>(weight) * scale.factors[static_cast<std::size_t>(m)]);
  }
  for (std::size_t m = 0; m < conv.bias.size(); ++m) {
    const double factor = scale.factors.empty() ? 1.0 : scale.factors[m];
    conv.bias[m] = static_cast<float>(static_cast<double>(conv.bias[m]) * factor + scale.addends[m]);
  }
}

bool is_constant_or_none(const PlanGraph& graph, const Node& node, std::size_t operand) {
  const bool is_given = operand < node.inputs.size() && node.inputs[operand] != no_value;
  return !is_given || graph.constant(node, operand) != nullptr;
}

}  // namespace

NodeGroup take_transposed(const PlanGraph& graph, std::size_t i, bool fuse) {
  const Node& node = graph.node(i);
  const auto* layer = std::get_if<Convolution>(&node.layer);
  if (layer == nullptr || !layer->transposed || graph.value(node.inputs[0]).format != NumberFormat::float32()) {
    return NodeGroup::no("it is no transposed convolution of float32 maps");
  }
  const std::size_t axes = graph.value(node.inputs[0]).shape.size();
  if (axes < 3 || axes > 4 || element_count(graph.value(node.outputs[0]).shape) == 0) {
    return NodeGroup::no("its maps have more than two axes, or are empty");
  }
  if (graph.constant(node, 1) == nullptr || !is_constant_or_none(graph, node, 2)) {
    return NodeGroup::no("its weights are computed while it runs");
  }
  std::vector<std::size_t> nodes{i};
  for (std::size_t next = graph.only_reader(i);
       fuse && next != PlanGraph::no_node &&
       channel_scale(graph.network, graph.node(next), graph.node(nodes.back()).outputs[0]);
       next = graph.only_reader(next)) {
    nodes.push_back(next);
  }
  return {std::move(nodes)};
}

Step make_transposed(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PlanGraph& graph = context.graph;
  const Node& node = graph.node(nodes.front());
  const auto conv = std::make_shared<TransposedConv>(transposed_conv(graph, node));
  Step step{.nodes = nodes, .algorithm = "col2im", .reason = "one product of matrices, added where it belongs"};
  ValueId own = node.outputs[0];
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const ChannelScale scale = *channel_scale(graph.network, graph.node(nodes[i]), own);
    fold_filters(scale, *conv);
    step.algorithm += std::string(" + ") + scale.name;
    own = graph.node(nodes[i]).outputs[0];
  }
  step.inputs.push_back(planar_form(graph.network, node.inputs[0]));
  step.outputs.push_back(planar_form(graph.network, own));
  step.weights = static_cast<std::int64_t>(sizeof(float)) * (std::ssize(conv->weights) + std::ssize(conv->bias));
  step.workspace = static_cast<std::int64_t>(sizeof(float)) * conv->columns();
  step.parts = conv->N * conv->groups;
  step.run = [conv](const StepMemory& memory) {
    for (std::int64_t part = memory.first; part < memory.last; ++part) {
      conv->run(memory, part);
    }
  };
  return step;
}

}  // namespace pj
