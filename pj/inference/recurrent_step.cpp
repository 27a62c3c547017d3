#include <memory>

#include "pj/execution/numbers.hpp"
#include "pj/inference/makers.hpp"
#include "pj/inference/operands.hpp"
#include "pj/inference/recurrence.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

/// Operands of ONNX's recurrent layers.
enum RecurrentOperand : std::size_t {
  x_operand,
  w_operand,
  r_operand,
  b_operand,
  lengths_operand,
  h_operand,
  c_operand,
  p_operand,
  projection_operand
};

constexpr std::int64_t most_products = std::int64_t{1} << 26;  // numbers, 256 MB

/// A recurrent layer with where it finds what is no weight.
struct RecurrentNode {
  std::string name;
  Recurrence recurrence;
  std::int64_t T, N;
  OperandSource X, h, c, lengths;

  std::int64_t length_of(const StepMemory& memory, std::int64_t n) const {
    if (!lengths.is_given()) {
      return T;
    }
    const std::int64_t length = lengths.elements<std::int32_t>(memory)[static_cast<std::size_t>(n)];
    if (length < 0 || length > T) {
      throw InputError("node '" + name + "': sequence " + std::to_string(n) + " has a length of " +
                       std::to_string(length) + "; lengths run from 0 to the " + std::to_string(T) +
                       " steps of the input");
    }
    return length;
  }

  void multiply_inputs(const StepMemory& memory) const {
    for (std::int64_t part = memory.first; part < memory.last; ++part) {
      recurrence.multiply_inputs(X.elements<float>(memory), memory.shared_of<float>(), memory.workspace_of<float>(),
                                 part);
    }
  }

  /// A part is a sequence in a direction.
  void run(const StepMemory& memory) const {
    for (std::int64_t part = memory.first; part < memory.last; ++part) {
      const std::int64_t n = part % N;
      recurrence.run(part / N, n, length_of(memory, n),
                     {.products = memory.shared_of<float>().first(static_cast<std::size_t>(recurrence.products_size())),
                      .h = h.elements<float>(memory),
                      .c = c.elements<float>(memory),
                      .all = memory.output<float>(0),
                      .last_h = memory.output<float>(1),
                      .last_c = memory.outputs.size() > 2 ? memory.output<float>(2) : std::span<float>{},
                      .workspace = memory.workspace_of<float>()});
    }
  }
};

RecurrentWeights weights_of(const PlanGraph& graph, const Node& node) {
  const auto numbers = [&](std::size_t i) {
    const Constant* constant = graph.constant(node, i);
    return constant == nullptr ? std::vector<float>{} : numbers_of<float>(*constant);
  };
  return {.W = numbers(w_operand),
          .R = numbers(r_operand),
          .B = numbers(b_operand),
          .P = numbers(p_operand),
          .projection = numbers(projection_operand)};
}

}  // namespace

NodeGroup take_recurrent(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  const auto* layer = std::get_if<Recurrent>(&node.layer);
  if (layer == nullptr || graph.value(node.inputs[x_operand]).format != NumberFormat::float32()) {
    return NodeGroup::no("it is no recurrent layer of float32 numbers");
  }
  for (const std::size_t operand : {w_operand, r_operand, b_operand, p_operand, projection_operand}) {
    const bool is_given = operand < node.inputs.size() && node.inputs[operand] != no_value;
    if (is_given && graph.constant(node, operand) == nullptr) {
      return NodeGroup::no("its weights are computed while it runs");
    }
  }
  const Sizes& shape = graph.value(node.inputs[x_operand]).shape;
  const std::int64_t rows = direction_count(layer->direction) * gate_count(layer->cell) * (layer->hidden + 15);
  const bool is_small = element_count(shape) > 0 && layer->hidden > 0 && shape[0] * shape[1] < most_products / rows;
  return is_small ? NodeGroup{{i}} : NodeGroup::no("its inputs are none or too many to be multiplied at once");
}

Step make_recurrent(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PlanGraph& graph = context.graph;
  const Node& node = graph.node(nodes.front());
  const auto& layer = std::get<Recurrent>(node.layer);
  const Sizes& shape = graph.value(node.inputs[x_operand]).shape;
  const std::int64_t T = shape[layer.batch_first ? 1 : 0];
  const std::int64_t N = shape[layer.batch_first ? 0 : 1];
  Step step{.nodes = nodes,
            .algorithm = kind_name(node.layer) + ", streamed",
            .reason = "inputs multiplied at once, gates in vectors"};
  const auto made = std::make_shared<RecurrentNode>(
      RecurrentNode{node.name, Recurrence(*vector_kernels().front(), layer, weights_of(graph, node), T, N, shape[2]), T,
                    N, operand_source(graph, node, x_operand, step), operand_source(graph, node, h_operand, step),
                    operand_source(graph, node, c_operand, step), operand_source(graph, node, lengths_operand, step)});
  for (const ValueId id : node.outputs) {
    step.outputs.push_back(planar_form(graph.network, id));
  }
  constexpr std::int64_t bytes = sizeof(float);
  const Recurrence& recurrence = made->recurrence;
  step.weights += bytes * recurrence.weights();
  step.workspace = bytes * recurrence.workspace();
  step.parts = N * recurrence.directions();
  step.first_parts = recurrence.product_parts();
  step.shared = bytes * recurrence.products_size();
  step.run_first = [made](const StepMemory& memory) { made->multiply_inputs(memory); };
  step.run = [made](const StepMemory& memory) { made->run(memory); };
  return step;
}

}  // namespace pj
