#include <algorithm>
#include <memory>

#include "pj/base/text.hpp"
#include "pj/inference/conv_group.hpp"
#include "pj/inference/map_steps.hpp"
#include "pj/inference/plan.hpp"
#include "pj/inference/strip_group.hpp"
#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_strip_weights = std::int64_t{1} << 17;  // numbers, read again for each strip: 512 KiB
constexpr std::int64_t most_strip_rows = std::int64_t{1} << 17;     // numbers between the layers for one row
constexpr std::int64_t least_left_out = std::int64_t{1} << 14;      // numbers; else nothing is gained

bool is_conv(const Node& node) {
  return std::holds_alternative<Convolution>(node.layer);
}

/// F(m×m, 3×3) takes half the time of any direct convolution, and has tiles of its own.
Verdict pays_in_strips(const ConvGroup& group) {
  const ConvShape& s = group.shape;
  const bool is_winograd =
      s.R == 3 && s.S == 3 && s.stride_h == 1 && s.stride_w == 1 && s.groups == 1 && s.C >= block_size;
  if (is_winograd) {
    return Verdict::no("Winograd's tiles take half the time");
  }
  return strip_conv_can_run(s, group.epilogue);
}

/// The layer that begins at a node with what belongs to it, or why it is not computed in strips.
NodeGroup take_strip(const PlanGraph& graph, std::size_t i) {
  const Node& node = graph.node(i);
  if (is_conv(node)) {
    NodeGroup group = take_conv(graph, i, true);
    const Verdict verdict =
        group.nodes.empty() ? group.verdict : pays_in_strips(conv_group(graph.network, group.nodes));
    return verdict ? group : NodeGroup{{}, verdict};
  }
  const auto* pool = std::get_if<Pooling>(&node.layer);
  if (pool == nullptr || pool->kernel.empty()) {
    return NodeGroup::no("it is no convolution or pooling by windows");
  }
  return take_pool(graph, i, true);
}

/// The members of a group: each begins with a convolution or pooling.
std::vector<std::vector<std::size_t>> members_of(const PlanGraph& graph, const std::vector<std::size_t>& nodes) {
  std::vector<std::vector<std::size_t>> members;
  for (const std::size_t n : nodes) {
    if (is_conv(graph.node(n)) || std::holds_alternative<Pooling>(graph.node(n).layer)) {
      members.emplace_back();
    }
    members.back().push_back(n);
  }
  return members;
}

StripLayer strip_layer(const PlanGraph& graph, const std::vector<std::size_t>& member, bool is_first) {
  const VectorKernels& kernels = *vector_kernels().front();
  if (!is_conv(graph.node(member.front()))) {
    return strip_pool(kernels, pool_shape(graph, graph.node(member.front())));
  }
  const ConvGroup group = conv_group(graph.network, member);
  StripLayer layer = strip_conv(kernels, group.shape, group.weights(), group.epilogue, is_first);
  for (const std::string& end : group.ends) {
    layer.name += " + " + end;
  }
  return layer;
}

/// Sizes alone: what a member adds to the group.
struct MemberSizes {
  std::int64_t weights = 0, output = 0, row = 0, R = 1, stride = 1;
  std::int64_t filled_input = 0, filled_output = 0;  ///< what fills up blocks of channels
};

MemberSizes member_sizes(const PlanGraph& graph, const std::vector<std::size_t>& member) {
  const Node& node = graph.node(member.front());
  const Shape<4> input = map_shape(graph.value(node.inputs[0]).shape);
  const Shape<4> output = map_shape(graph.value(node.outputs[0]).shape);
  const auto filled = [](const Shape<4>& shape) { return layout_size(shape, Layout::Blocked) - element_count(shape); };
  MemberSizes sizes{.output = element_count(output),
                    .row = blocks_of(output[1]) * block_size * output[3],
                    .filled_input = filled(input),
                    .filled_output = filled(output)};
  if (is_conv(node)) {
    const ConvShape s = conv_group(graph.network, member).shape;
    sizes.weights = element_count(s.weights());
    sizes.R = s.dilated_R();
    sizes.stride = s.stride_h;
    const bool is_window = s.groups == 1 && !pointwise_can_run(s);
    sizes.filled_input = is_window && windowed_layouts(s).input == Layout::Planar ? 0 : sizes.filled_input;
  } else {
    const PoolShape s = pool_shape(graph, node);
    sizes.R = s.R;
    sizes.stride = s.stride_h;
  }
  return sizes;
}

/// Numbers of the rows between these layers that one row of the last one needs.
std::int64_t rows_between(const std::vector<MemberSizes>& members) {
  std::int64_t numbers = 0;
  std::int64_t rows = 1;
  for (std::size_t i = members.size(); i-- > 1;) {
    rows = (rows - 1) * members[i].stride + members[i].R;
    numbers += rows * members[i - 1].row;
  }
  return numbers;
}

}  // namespace

/// As long as weights and rows stay near; the group ends where least is left for the next step.
NodeGroup take_strips(const PlanGraph& graph, std::size_t i, bool fuse) {
  std::vector<std::size_t> nodes;
  std::vector<std::size_t> best;
  std::vector<MemberSizes> members;
  std::int64_t weights = 0;
  std::int64_t between = 0;
  std::int64_t least = 0;
  for (std::size_t next = i; fuse && next != PlanGraph::no_node; next = graph.only_reader(nodes.back())) {
    const NodeGroup member = take_strip(graph, next);
    if (member.nodes.empty()) {
      break;
    }
    members.push_back(member_sizes(graph, member.nodes));
    weights += members.back().weights;
    if (weights > most_strip_weights || rows_between(members) > most_strip_rows) {
      break;
    }
    nodes.insert(nodes.end(), member.nodes.begin(), member.nodes.end());
    const std::int64_t added = rows_between(members) + members.front().filled_input + members.back().filled_output;
    const bool is_gain = members.size() > 1 && between - added >= least_left_out;
    if (is_gain && (best.empty() || members.back().output <= least)) {
      best = nodes;
      least = members.back().output;
    }
    between += members.back().output;
  }
  return best.empty() ? NodeGroup::no("no layers behind each other that gain by strips") : NodeGroup{best};
}

Step make_strips(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PlanGraph& graph = context.graph;
  std::vector<StripLayer> layers;
  std::vector<std::string> names;
  for (const auto& member : members_of(graph, nodes)) {
    layers.push_back(strip_layer(graph, member, layers.empty()));
    names.push_back(layers.back().name);
  }
  const ValueId input = graph.node(nodes.front()).inputs[0];
  const ValueId output = graph.node(nodes.back()).outputs[0];
  constexpr std::int64_t parts_of_thread = 4;
  const std::int64_t parts = context.options.threads > 1 ? parts_of_thread * context.options.threads : 1;
  const Layout layout = layers.front().is_planar ? Layout::Planar : Layout::Blocked;
  const auto group = std::make_shared<const StripGroup>(std::move(layers), graph.value(input).shape[0], parts);
  constexpr std::int64_t bytes = sizeof(float);
  const auto megabytes = [](std::int64_t numbers) {
    return significant(static_cast<double>(bytes * numbers) / 1e6) + " MB";
  };
  return {.nodes = nodes,
          .algorithm = "depth-first: " + join(names, "; "),
          .reason = std::to_string(group->strip()) + (group->strip() == 1 ? " row" : " rows") + " at a time; " +
                    megabytes(group->kept()) + " between the layers in place of " + megabytes(group->left_out()),
          .inputs = {{input, layout, NumberFormat::float32()}},
          .outputs = {{output, Layout::Blocked, NumberFormat::float32()}},
          .weights = bytes * group->weights(),
          .workspace = bytes * group->workspace(),
          .parts = group->parts(),
          .run = [group](const StepMemory& memory) {
            for (std::int64_t part = memory.first; part < memory.last; ++part) {
              group->run(memory.input<float>(0), memory.output<float>(), memory.workspace_of<float>(), part);
            }
          }};
}

}  // namespace pj
