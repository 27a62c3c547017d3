#include <algorithm>
#include <array>

#include "pj/base/error.hpp"
#include "pj/onnx/import.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

void import_branch(Scope& scope, const OnnxGraph& graph) {
  scope.annotations = &graph.annotations;
  if (!graph.inputs.empty()) {
    throw InputError("its branch has inputs, which an If gives no values");
  }
  import_initializers(scope, graph);
  import_nodes(scope, graph.nodes);
}

/// A branch as a network of its own, with what it takes from around it.
struct Branch {
  Branch(Scope& outer, const OnnxGraph& source)
      : graph(source), draft(outer.state().value_names, outer.state().folds), scope(outer.state(), draft, &outer) {
    import_branch(scope, graph);
    outputs = output_values(scope, graph.outputs);
  }

  const OnnxGraph& graph;
  Draft draft;
  Scope scope;
  std::vector<ValueId> outputs;
};

std::shared_ptr<const Network> finished(Branch& branch, const std::string& which, const Draft& outer,
                                        const std::vector<ValueId>& operands) {
  std::vector<ValueId> inputs;
  for (const ValueId operand : operands) {
    inputs.push_back(branch.draft.capture(outer, operand));
  }
  return std::make_shared<const Network>(
      branch.draft.finish(branch.graph.name.empty() ? which : branch.graph.name, inputs, branch.outputs));
}

std::vector<ValueId> convert_if(NodeImport& node) {
  const auto then_graph = node.graph("then_branch");
  const auto else_graph = node.graph("else_branch");
  if (node.is_known(0) && node.scope().state().folds) {
    Scope branch(node.scope().state(), node.scope().draft(), &node.scope());
    const OnnxGraph& chosen = node.known_integer(0, "condition") != 0 ? *then_graph : *else_graph;
    import_branch(branch, chosen);
    return output_values(branch, chosen.outputs);
  }
  Branch then_branch(node.scope(), *then_graph);
  Branch else_branch(node.scope(), *else_graph);
  std::vector<ValueId> operands = then_branch.draft.captured();
  for (const ValueId id : else_branch.draft.captured()) {
    if (std::find(operands.begin(), operands.end(), id) == operands.end()) {
      operands.push_back(id);
    }
  }
  const Draft& outer = node.scope().draft();
  const If layer{finished(then_branch, "then_branch", outer, operands),
                 finished(else_branch, "else_branch", outer, operands)};
  operands.insert(operands.begin(), node.input(0));
  return node.add(layer, operands);
}

constexpr std::array control_rows{
    OperatorRow{"", "If", convert_if},
};

}  // namespace

std::span<const OperatorRow> control_operators() {
  return control_rows;
}

}  // namespace pj
