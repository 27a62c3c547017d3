#include "pj/inference/operands.hpp"

namespace pj {

OperandSource operand_source(const PlanGraph& graph, const Node& node, std::size_t operand, Step& step) {
  if (operand >= node.inputs.size() || node.inputs[operand] == no_value) {
    return {};
  }
  const ValueId id = node.inputs[operand];
  if (graph.value(id).data != nullptr) {
    step.weights += std::ssize(graph.value(id).data->bytes);
    return {.constant = graph.value(id).data};
  }
  step.inputs.push_back(planar_form(graph.network, id));
  return {.input = step.inputs.size() - 1};
}

}  // namespace pj
