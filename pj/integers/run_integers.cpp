#include "pj/integers/run_integers.hpp"

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"

namespace pj {

namespace {

using Tensors = std::vector<std::shared_ptr<const Constant>>;

std::vector<const Constant*> operands_of(const std::vector<ValueId>& ids, const Tensors& tensors) {
  std::vector<const Constant*> operands;
  for (const ValueId id : ids) {
    operands.push_back(id == no_value ? nullptr : tensors[id].get());
    ensure(id == no_value || operands.back() != nullptr, "a step comes after those that feed it");
  }
  return operands;
}

}  // namespace

std::vector<Constant> run_plainly(const IntegerNetwork& network, std::span<const Constant* const> inputs) {
  const Network& rest = network.network;
  ensure(inputs.size() == rest.inputs.size(), "a network is given all of its inputs");
  Tensors tensors(rest.values.size());
  for (std::size_t id = 0; id < tensors.size(); ++id) {
    tensors[id] = rest.values[id].data;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_input(rest.values[rest.inputs[i]], *inputs[i]);
    tensors[rest.inputs[i]] = std::make_shared<const Constant>(*inputs[i]);
  }
  for (const NumbersStep& step : network.steps) {
    if (step.is_group) {
      const IntegerGroup& group = network.groups[step.index];
      const Value& result = rest.values[group.result];
      tensors[group.result] = std::make_shared<const Constant>(
          compute_plainly(group.layer, operands_of(group.operands, tensors), {result.shape, result.format}));
      continue;
    }
    const Node& node = rest.nodes[step.index];
    auto results = execute(node.layer, operands_of(node.inputs, tensors), result_types(rest, node));
    for (std::size_t i = 0; i < results.size(); ++i) {
      tensors[node.outputs[i]] = std::make_shared<const Constant>(std::move(results[i]));
    }
  }
  std::vector<Constant> outputs;
  for (const ValueId id : rest.outputs) {
    outputs.push_back(*tensors[id]);
  }
  return outputs;
}

}  // namespace pj
