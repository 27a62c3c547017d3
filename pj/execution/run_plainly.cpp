#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"

namespace pj {

namespace {

/// What is known of the values of a network while it runs.
struct Memory {
  std::vector<const Constant*> tensors;  ///< of each value; null: not computed, or given up
  std::vector<std::shared_ptr<const Constant>> owned;
  std::vector<std::size_t> last_use;  ///< the last node that reads the value
};

Memory prepared(const Network& network, std::span<const Constant* const> inputs) {
  if (inputs.size() != network.inputs.size()) {
    throw InputError("network '" + network.name + "' takes " + std::to_string(network.inputs.size()) + " inputs, not " +
                     std::to_string(inputs.size()));
  }
  Memory memory{std::vector<const Constant*>(network.values.size(), nullptr),
                std::vector<std::shared_ptr<const Constant>>(network.values.size()),
                std::vector<std::size_t>(network.values.size(), 0)};
  for (std::size_t id = 0; id < network.values.size(); ++id) {
    memory.tensors[id] = network.values[id].data.get();
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_input(network.values[network.inputs[i]], *inputs[i]);
    memory.tensors[network.inputs[i]] = inputs[i];
  }
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (const ValueId id : network.nodes[n].inputs) {
      if (id != no_value) {
        memory.last_use[id] = n;
      }
    }
  }
  for (const ValueId id : network.outputs) {
    memory.last_use[id] = network.nodes.size();
  }
  return memory;
}

const Constant* operand(const Network& network, const Memory& memory, ValueId id) {
  if (id == no_value) {
    return nullptr;
  }
  if (memory.tensors[id] == nullptr) {
    throw InputError("its operand '" + network.values[id].name +
                     "' has no elements, only a shape; give the file that holds them");
  }
  return memory.tensors[id];
}

void run_node(const Network& network, const Node& node, Memory& memory) {
  std::vector<const Constant*> operands;
  for (const ValueId id : node.inputs) {
    operands.push_back(operand(network, memory, id));
  }
  auto results = execute(node.layer, operands, result_types(network, node));
  ensure(results.size() == node.outputs.size(), "a layer computes all of its results");
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& slot = memory.owned[node.outputs[i]];
    slot = std::make_shared<const Constant>(std::move(results[i]));
    memory.tensors[node.outputs[i]] = slot.get();
  }
}

/// Gives up what node n was the last to read, or what nobody reads.
void give_up(const Node& node, std::size_t n, Memory& memory) {
  const auto drop = [&](ValueId id) {
    if (id != no_value && memory.owned[id] != nullptr && memory.last_use[id] <= n) {
      memory.owned[id].reset();
      memory.tensors[id] = nullptr;
    }
  };
  std::for_each(node.inputs.begin(), node.inputs.end(), drop);
  std::for_each(node.outputs.begin(), node.outputs.end(), drop);
}

}  // namespace

void check_input(const Value& input, const Constant& given) {
  if (given.shape != input.shape || given.format != input.format) {
    throw InputError("input '" + input.name + "' is " + shape_text(given.shape) + " " + to_string(given.format) +
                     "; the network takes " + shape_text(input.shape) + " " + to_string(input.format));
  }
}

std::vector<TensorType> result_types(const Network& network, const Node& node) {
  std::vector<TensorType> types;
  for (const ValueId id : node.outputs) {
    types.push_back({network.values[id].shape, network.values[id].format});
  }
  return types;
}

std::vector<Constant> run_plainly(const Network& network, std::span<const Constant* const> inputs) {
  Memory memory = prepared(network, inputs);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    try {
      run_node(network, node, memory);
    } catch (const InputError& fault) {
      throw InputError("node '" + node.name + "': " + fault.what());
    }
    give_up(node, n, memory);
  }
  std::vector<Constant> outputs;
  for (const ValueId id : network.outputs) {
    outputs.push_back(*operand(network, memory, id));
  }
  return outputs;
}

}  // namespace pj
