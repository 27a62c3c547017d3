#include "pj/inference/half_step.hpp"

#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/inference/plan.hpp"
#include "pj/kernels/half_winograd.hpp"
#include "pj/kernels/onednn_layers.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

constexpr NumberFormat half_format = NumberFormat::floating(16, 8);

/// Layers that are computed in bfloat16, or leave its numbers as they are.
bool reads_halves(const Layer& layer) {
  const auto* sum = std::get_if<Elementwise>(&layer);
  return std::holds_alternative<Convolution>(layer) || std::holds_alternative<FullyConnected>(layer) ||
         std::holds_alternative<Pooling>(layer) || std::holds_alternative<Concat>(layer) ||
         std::holds_alternative<Reshape>(layer) || std::holds_alternative<Dropout>(layer) ||
         (sum != nullptr && sum->kind == Elementwise::Kind::Add);
}

/// What is an output, or read by other layers, stays float32, where a kernel can leave it so.
bool stays_float(const PlanGraph& graph, const ConvGroup& group) {
  const bool is_each = group.shape.groups > 1 && group.shape.groups == group.shape.C;
  const auto& readers = graph.readers[group.output];
  const bool all_read = std::ranges::all_of(readers, [&](std::size_t n) { return reads_halves(graph.node(n).layer); });
  return !is_each && !group.epilogue.residual && (graph.is_output[group.output] || !all_read);
}

}  // namespace

bool takes_halves(const MakeContext& context, const ConvGroup& group) {
  return context.options.arithmetic == RunNumbers::Bfloat16 && half_can_run(group.shape);
}

Step make_half_conv(const MakeContext& context, const std::vector<std::size_t>& nodes, const ConvGroup& group) {
  const bool is_float = stays_float(context.graph, group);
  const HalfKernels& kernels = *half_kernels().front();
  const bool is_library =
      std::ranges::count(context.options.algorithms, "oneDNN") > 0 && onednn_half_can_run(group.shape);
  const bool is_winograd =
      !is_library && half_winograd_can_run(group.shape, is_float) && half_winograd_pays(group.shape);
  PreparedHalf conv = is_library    ? prepare_onednn_half(group.shape, group.weights(), group.epilogue, is_float)
                      : is_winograd ? prepare_half_winograd(kernels, group.shape, group.weights(), group.epilogue)
                                    : prepare_half(kernels, group.shape, group.weights(), group.epilogue, is_float);
  std::vector<std::string> words = group.ends;
  words.insert(words.begin(), is_library ? "oneDNN, bfloat16" : is_winograd ? "bfloat16, F(4x4,3x3)" : "bfloat16");
  const bool has_planes = conv.input == HalfInput::Planes;
  const Layout maps = group.is_connected ? Layout::Planar : Layout::Blocked;
  const TensorForm result{group.output, maps, is_float ? NumberFormat::float32() : half_format};
  Step step{
      .nodes = nodes,
      .algorithm = join(words, " + "),
      .reason = std::string(is_winograd ? "sums of 16-bit numbers, " : "sums in float32, ") + kernels.name,
      .inputs = {{group.input, has_planes ? Layout::Planar : maps, has_planes ? NumberFormat::float32() : half_format}},
      .outputs = {result},
      .weights = conv.weights,
      .workspace = conv.workspace,
      .parts = conv.parts};
  if (group.residual != no_value) {
    step.inputs.push_back({group.residual, maps, half_format});
    step.sharing = Step::Sharing::Overwrite;
    step.overwritten = 1;
  }
  step.run = [run = std::move(conv.run), added = group.residual != no_value](const StepMemory& memory) {
    run({memory.inputs[0].data(), added ? memory.input<std::uint16_t>(1).data() : nullptr, memory.outputs[0].data(),
         memory.workspace.data(), memory.first, memory.last});
  };
  return step;
}

Step make_half_pool(const MakeContext& context, const std::vector<std::size_t>& nodes, const PoolShape& shape) {
  const Node& node = context.graph.node(nodes.front());
  PreparedHalfMaps maps = prepare_half_pool(*half_kernels().front(), shape);
  return {.nodes = nodes,
          .algorithm = std::string(shape.is_max ? "max" : "average") + " pooling, bfloat16",
          .reason = "vectors of 16 channels",
          .inputs = {{node.inputs[0], Layout::Blocked, half_format}},
          .outputs = {{node.outputs[0], Layout::Blocked, half_format}},
          .parts = maps.parts,
          .run = [run = std::move(maps.run)](const StepMemory& memory) {
            run(memory.input<std::uint16_t>(0), memory.output<std::uint16_t>(), memory.first, memory.last);
          }};
}

}  // namespace pj
