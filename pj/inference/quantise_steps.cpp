#include "pj/execution/numbers.hpp"
#include "pj/inference/map_steps.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

/// One scale and zero point for a whole tensor of whole numbers of 8 bits.
struct ByteScale {
  float scale = 1.0F;
  std::int32_t zero = 0, low = 0, high = 255;
};

bool is_byte(const NumberFormat& format) {
  return format.kind == NumberFormat::Kind::Fixed && format.bits == 8 && format.fraction == 0;
}

bool is_scalar(const Constant* constant) {
  return constant != nullptr && element_count(constant->shape) == 1;
}

/// Whether a node goes between float32 (operand or result `real`) and bytes with one known scale.
Verdict has_byte_scale(const PlanGraph& graph, const Node& node, ValueId real, ValueId bytes) {
  const bool has_zero = node.inputs.size() > 2 && node.inputs[2] != no_value;
  if (graph.value(real).format != NumberFormat::float32() || !is_byte(graph.value(bytes).format)) {
    return Verdict::no("it is not between float32 and 8 bits");
  }
  if (!is_scalar(graph.constant(node, 1)) || (has_zero && !is_scalar(graph.constant(node, 2)))) {
    return Verdict::no("it has not one scale that is known");
  }
  return graph.constant(node, 1)->format == NumberFormat::float32() ? Verdict::yes()
                                                                    : Verdict::no("its scale is not float32");
}

ByteScale byte_scale(const PlanGraph& graph, const Node& node, const NumberFormat& format) {
  ByteScale result{.scale = numbers_of<float>(*graph.constant(node, 1)).front()};
  if (const Constant* zero = graph.constant(node, 2)) {
    result.zero = static_cast<std::int32_t>(numbers_of<std::int64_t>(*zero).front());
  }
  result.low = format.is_signed ? -128 : 0;
  result.high = format.is_signed ? 127 : 255;
  return result;
}

void dequantise(const ByteScale& of, bool is_signed, std::span<const std::byte> bytes, std::span<float> numbers) {
  const std::int32_t flip = is_signed ? 128 : 0;
  const std::int32_t zero = of.zero + flip;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::int32_t number = static_cast<std::int32_t>(std::to_integer<std::uint8_t>(bytes[i])) ^ flip;
    numbers[i] = static_cast<float>(number - zero) * of.scale;
  }
}

Step planar_step(const MakeContext& context, const std::vector<std::size_t>& nodes, std::string algorithm) {
  const Network& network = context.graph.network;
  const Node& node = network.nodes[nodes.front()];
  return {.nodes = nodes,
          .algorithm = std::move(algorithm),
          .reason = "one scale for all",
          .inputs = {planar_form(network, node.inputs[0])},
          .outputs = {planar_form(network, node.outputs[0])}};
}

}  // namespace

NodeGroup take_quantise(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  if (!std::holds_alternative<Quantize>(node.layer)) {
    return NodeGroup::no("it does not quantise");
  }
  const Verdict verdict = has_byte_scale(graph, node, node.inputs[0], node.outputs[0]);
  return verdict ? NodeGroup{{i}} : NodeGroup{{}, verdict};
}

Step make_quantise(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Node& node = context.graph.node(nodes.front());
  const ByteScale to = byte_scale(context.graph, node, context.graph.value(node.outputs[0]).format);
  Step step = planar_step(context, nodes, "quantised");
  step.run = [to, kernels = byte_kernels().front()](const StepMemory& memory) {
    const auto numbers = memory.input<float>(0);
    kernels->quantise({numbers.data(), memory.output<std::uint8_t>().data(), std::ssize(numbers), to.scale, to.zero,
                       to.low, to.high});
  };
  return step;
}

NodeGroup take_dequantise(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  if (!std::holds_alternative<Dequantize>(node.layer)) {
    return NodeGroup::no("it does not dequantise");
  }
  const Verdict verdict = has_byte_scale(graph, node, node.outputs[0], node.inputs[0]);
  return verdict ? NodeGroup{{i}} : NodeGroup{{}, verdict};
}

Step make_dequantise(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Node& node = context.graph.node(nodes.front());
  const NumberFormat format = context.graph.value(node.inputs[0]).format;
  Step step = planar_step(context, nodes, "dequantised");
  step.run = [of = byte_scale(context.graph, node, format), is_signed = format.is_signed](const StepMemory& memory) {
    dequantise(of, is_signed, memory.inputs[0], memory.output<float>());
  };
  return step;
}

}  // namespace pj
