#include "pj/inference/plan.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/inference/memory.hpp"

namespace pj {

namespace {

using Tensors = std::vector<std::shared_ptr<const Constant>>;

/// Computes a node; faults name it.
std::vector<Constant> computed(const Network& network, const Node& node, const LayerKernel& kernel,
                               std::span<const Constant* const> operands) {
  try {
    const std::vector<TensorType> types = result_types(network, node);
    return kernel ? kernel(node.layer, operands, types) : execute(node.layer, operands, types);
  } catch (const InputError& fault) {
    throw InputError("node '" + node.name + "': " + fault.what());
  }
}

bool is_known(const Network& network, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) { return id == no_value || network.values[id].data != nullptr; });
}

/// Computes what depends on constants alone; the results become constants of the network.
void compute_constants(Network& network) {
  std::vector<Node> left;
  for (const Node& node : network.nodes) {
    if (!is_known(network, node)) {
      left.push_back(node);
      continue;
    }
    std::vector<const Constant*> operands;
    for (const ValueId id : node.inputs) {
      operands.push_back(id == no_value ? nullptr : network.values[id].data.get());
    }
    auto results = computed(network, node, {}, operands);
    for (std::size_t i = 0; i < results.size(); ++i) {
      Value& value = network.values[node.outputs[i]];
      value.is_constant = true;
      value.data = std::make_shared<const Constant>(std::move(results[i]));
    }
  }
  network.nodes = std::move(left);
}

/// Gives up the elements of constants that no node reads any more.
void drop_unused(Network& network) {
  std::vector<bool> used(network.values.size(), false);
  for (const Node& node : network.nodes) {
    for (const ValueId id : node.inputs) {
      if (id != no_value) {
        used[id] = true;
      }
    }
  }
  for (const ValueId id : network.outputs) {
    used[id] = true;
  }
  for (std::size_t id = 0; id < used.size(); ++id) {
    if (!used[id]) {
      network.values[id].data.reset();
    }
  }
}

/// The operands of a node: weights, inputs and what was computed.
std::vector<const Constant*> operands_of(const Network& network, const Node& node,
                                         const std::vector<const Constant*>& tensors) {
  std::vector<const Constant*> operands;
  for (const ValueId id : node.inputs) {
    operands.push_back(id == no_value ? nullptr : tensors[id] != nullptr ? tensors[id] : network.values[id].data.get());
  }
  return operands;
}

}  // namespace

Plan::Plan(const Network& network, const PlanOptions& options) : network_(network) {
  check_weights(network_);
  check_memory(network_, memory_need(network_), options.memory_limit);
  compute_constants(network_);
  drop_unused(network_);
  memory_ = memory_need(network_);
  dead_after_ = last_uses(network_);
  for (const Node& node : network_.nodes) {
    kernels_.push_back(options.choose ? options.choose(network_, node) : LayerKernel{});
  }
}

std::vector<Constant> Plan::run(std::span<const Constant> inputs, const Watcher& watch) const {
  if (inputs.size() != network_.inputs.size()) {
    throw InputError("network '" + network_.name + "' has " + std::to_string(network_.inputs.size()) +
                     " inputs; give one tensor for each, not " + std::to_string(inputs.size()));
  }
  std::vector<const Constant*> tensors(network_.values.size(), nullptr);
  Tensors owned(network_.values.size());
  const auto keep = [&](ValueId id, const Constant& tensor) {
    tensors[id] = &tensor;
    if (watch) {
      watch(id, tensor);
    }
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_input(network_.values[network_.inputs[i]], inputs[i]);
    keep(network_.inputs[i], inputs[i]);
  }
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const Node& node = network_.nodes[n];
    auto results = computed(network_, node, kernels_[n], operands_of(network_, node, tensors));
    for (std::size_t i = 0; i < results.size(); ++i) {
      owned[node.outputs[i]] = std::make_shared<const Constant>(std::move(results[i]));
      keep(node.outputs[i], *owned[node.outputs[i]]);
    }
    for (const ValueId id : dead_after_[n]) {
      owned[id].reset();
      tensors[id] = nullptr;
    }
  }
  std::vector<Constant> outputs;
  for (const ValueId id : network_.outputs) {
    outputs.push_back(tensors[id] != nullptr ? *tensors[id] : *network_.values[id].data);
  }
  return outputs;
}

}  // namespace pj
