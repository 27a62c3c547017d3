#include <algorithm>
#include <memory>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/inference/makers.hpp"

namespace pj {

namespace {

/// A node with what the plain executor needs beside the memory of a run.
struct PlainNode {
  Node node;
  std::vector<TensorType> results;
  std::vector<Constant> operands;                          ///< types of those that are read while the plan runs
  std::vector<std::shared_ptr<const Constant>> constants;  ///< of each operand; null: read while the plan runs
  std::vector<bool> is_given;                              ///< of each operand: not left out

  void run(const StepMemory& memory) const {
    std::vector<Constant> read = operands;
    std::vector<const Constant*> pointers(node.inputs.size(), nullptr);
    for (std::size_t i = 0, next = 0; i < pointers.size(); ++i) {
      if (constants[i] != nullptr) {
        pointers[i] = constants[i].get();
      } else if (is_given[i]) {
        read[next].bytes.assign(memory.inputs[next].begin(), memory.inputs[next].end());
        pointers[i] = &read[next++];
      }
    }
    const std::vector<Constant> found = execute(node.layer, pointers, results);
    for (std::size_t i = 0; i < found.size(); ++i) {
      std::copy(found[i].bytes.begin(), found[i].bytes.end(), memory.outputs[i].begin());
    }
  }
};

}  // namespace

NodeGroup take_plain(const PlanGraph&, std::size_t node, bool) {
  return {{node}};
}

Step make_plain(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const auto plain = std::make_shared<PlainNode>();
  plain->node = network.nodes[nodes.front()];
  plain->results = result_types(network, plain->node);
  Step step{.nodes = nodes, .algorithm = "plain", .reason = "no faster way is known"};
  for (const ValueId id : plain->node.inputs) {
    plain->is_given.push_back(id != no_value);
    plain->constants.push_back(id == no_value ? nullptr : network.values[id].data);
    if (id != no_value && network.values[id].data == nullptr) {
      plain->operands.push_back({network.values[id].format, network.values[id].shape, {}});
      step.inputs.push_back(planar_form(network, id));
    } else if (id != no_value) {
      step.weights += std::ssize(network.values[id].data->bytes);
    }
  }
  for (const ValueId id : plain->node.outputs) {
    step.outputs.push_back(planar_form(network, id));
  }
  step.run = [plain](const StepMemory& memory) {
    try {
      plain->run(memory);
    } catch (const InputError& fault) {
      throw InputError("node '" + plain->node.name + "': " + fault.what());
    }
  };
  return step;
}

}  // namespace pj
