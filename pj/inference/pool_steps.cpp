#include <algorithm>
#include <utility>

#include "pj/inference/half_step.hpp"
#include "pj/inference/map_steps.hpp"
#include "pj/kernels/blocked_maps.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

bool is_map(const PlanGraph& graph, const Node& node) {
  const Value& value = graph.value(node.inputs[0]);
  return value.format == NumberFormat::float32() && value.shape.size() == 4 && value.data == nullptr;
}

/// The mean over both spatial axes.
bool is_global_mean(const Layer& layer) {
  const auto* reduce = std::get_if<Reduce>(&layer);
  if (reduce == nullptr || reduce->kind != Reduce::Kind::Mean || reduce->axes.size() != 2) {
    return false;
  }
  const std::size_t first = axis_index(reduce->axes[0], 4);
  const std::size_t second = axis_index(reduce->axes[1], 4);
  return std::min(first, second) == 2 && std::max(first, second) == 3;
}

PoolShape whole_map(const Shape<4>& input) {
  const auto [N, C, H, W] = input;
  return {.N = N, .C = C, .H = H, .W = W, .R = H, .S = W, .is_max = false};
}

Verdict is_simple(const Pooling& layer) {
  if (layer.kind == Pooling::Kind::Lp || layer.with_indices) {
    return Verdict::no("the kernel makes neither norms nor indices");
  }
  const bool is_dilated = std::any_of(layer.dilation.begin(), layer.dilation.end(), [](auto d) { return d != 1; });
  return is_dilated ? Verdict::no("the window is dilated") : Verdict::yes();
}

ResponseShape response_shape(const PlanGraph& graph, const Node& node) {
  const auto& layer = std::get<LocalResponseNormalization>(node.layer);
  const auto [N, C, H, W] = map_shape(graph.value(node.inputs[0]).shape);
  return {.N = N,
          .C = C,
          .positions = H * W,
          .size = layer.size,
          .alpha = layer.alpha,
          .beta = layer.beta,
          .bias = layer.bias};
}

Step map_step(const MakeContext& context, const std::vector<std::size_t>& nodes, PreparedMaps maps,
              std::string algorithm) {
  const Node& node = context.graph.node(nodes.front());
  return {.nodes = nodes,
          .algorithm = std::move(algorithm),
          .reason = "vectors of 16 channels",
          .inputs = {{node.inputs[0], Layout::Blocked, NumberFormat::float32()}},
          .outputs = {{node.outputs[0], Layout::Blocked, NumberFormat::float32()}},
          .workspace = static_cast<std::int64_t>(sizeof(float)) * maps.workspace,
          .parts = maps.parts,
          .run = [run = std::move(maps.run)](const StepMemory& memory) {
            run(memory.input<float>(0), memory.output<float>(), memory.workspace_of<float>(), memory.first,
                memory.last);
          }};
}

}  // namespace

PoolShape pool_shape(const PlanGraph& graph, const Node& node) {
  PoolShape s = whole_map(map_shape(graph.value(node.inputs[0]).shape));
  const auto* layer = std::get_if<Pooling>(&node.layer);
  if (layer == nullptr) {
    return s;
  }
  s.is_max = layer->kind == Pooling::Kind::Max;
  if (!layer->kernel.empty()) {
    const Sizes& output = graph.value(node.outputs[0]).shape;
    s.P = output[2];
    s.Q = output[3];
    s.R = layer->kernel[0];
    s.S = layer->kernel[1];
    s.stride_h = layer->stride[0];
    s.stride_w = layer->stride[1];
    s.pad_top = layer->pad_begin[0];
    s.pad_left = layer->pad_begin[1];
    s.pad_bottom = layer->pad_end[0];
    s.pad_right = layer->pad_end[1];
    s.count_padding = layer->count_padding;
  }
  return s;
}

NodeGroup take_pool(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  const auto* layer = std::get_if<Pooling>(&node.layer);
  if ((layer == nullptr && !std::holds_alternative<Reduce>(node.layer)) || !is_map(graph, node)) {
    return NodeGroup::no("it is no pooling of float32 maps");
  }
  if (layer == nullptr && !is_global_mean(node.layer)) {
    return NodeGroup::no("it is no mean over both spatial axes");
  }
  Verdict verdict = layer == nullptr ? Verdict::yes() : is_simple(*layer);
  if (verdict) {
    verdict = pool_can_run(pool_shape(graph, node));
  }
  return verdict ? NodeGroup{{i}} : NodeGroup{{}, verdict};
}

Step make_pool(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PoolShape shape = pool_shape(context.graph, context.graph.node(nodes.front()));
  if (context.halves[context.graph.node(nodes.front()).inputs[0]]) {
    return make_half_pool(context, nodes, shape);
  }
  return map_step(context, nodes, prepare_pool(*vector_kernels().front(), shape),
                  shape.is_max ? "max pooling" : "average pooling");
}

NodeGroup take_response(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  if (!std::holds_alternative<LocalResponseNormalization>(node.layer) || !is_map(graph, node)) {
    return NodeGroup::no("it is no response normalisation of float32 maps");
  }
  const Verdict verdict = response_can_run(response_shape(graph, node));
  return verdict ? NodeGroup{{i}} : NodeGroup{{}, verdict};
}

Step make_response(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const ResponseShape shape = response_shape(context.graph, context.graph.node(nodes.front()));
  return map_step(context, nodes, prepare_response(*vector_kernels().front(), shape), "response normalisation");
}

}  // namespace pj
