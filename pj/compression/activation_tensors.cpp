#include "pj/compression/activation_tensors.hpp"

#include <algorithm>
#include <map>

#include "pj/base/error.hpp"
#include "pj/integers/integer_values.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/stored_format.hpp"

namespace pj {

namespace {

bool is_activation(const Node& node) {
  return std::holds_alternative<Activation>(node.layer) && node.inputs.size() == 1;
}

/// Activations that set bounds: a layer of whole numbers computes them as it stores.
bool only_bounds(const Node& node) {
  const auto* activation = std::get_if<Activation>(&node.layer);
  return activation != nullptr && node.inputs.size() == 1 &&
         (activation->kind == Activation::Kind::Relu || activation->kind == Activation::Kind::Clip);
}

bool has_integer_form(const Node& node) {
  if (const auto* sum = std::get_if<Elementwise>(&node.layer)) {
    return sum->kind == Elementwise::Kind::Add || sum->kind == Elementwise::Kind::Sub ||
           sum->kind == Elementwise::Kind::Mul;
  }
  const auto* mean = std::get_if<Reduce>(&node.layer);
  return std::holds_alternative<Convolution>(node.layer) || std::holds_alternative<FullyConnected>(node.layer) ||
         std::holds_alternative<MatMul>(node.layer) || std::holds_alternative<Pooling>(node.layer) ||
         std::holds_alternative<Concat>(node.layer) || std::holds_alternative<LocalResponseNormalization>(node.layer) ||
         is_activation(node) || (mean != nullptr && mean->kind == Reduce::Kind::Mean);
}

bool is_max_pooling(const Node& node) {
  const auto* pooling = std::get_if<Pooling>(&node.layer);
  return pooling != nullptr && pooling->kind == Pooling::Kind::Max;
}

/// Follows who reads what, and gathers groups.
class TensorFinder {
 public:
  explicit TensorFinder(const Network& network)
      : network_(network),
        sources_(constant_sources(network)),
        readers_(network.values.size()),
        parent_(network.values.size()) {
    for (std::size_t n = 0; n < network.nodes.size(); ++n) {
      for (const ValueId id : network.nodes[n].inputs) {
        if (id != no_value) {
          readers_[id].push_back(n);
        }
      }
    }
    for (ValueId id = 0; id < parent_.size(); ++id) {
      parent_[id] = id;
    }
  }

  SharedTensors found() {
    for (const Node& node : network_.nodes) {
      unite(node);
    }
    std::map<ValueId, std::vector<ValueId>> groups;
    for (const ValueId id : network_.inputs) {
      if (is_taken_in(id)) {
        add(id, groups);
      }
    }
    for (const Node& node : network_.nodes) {
      if (has_integer_form(node)) {
        add(node.outputs[0], groups);
      }
    }
    SharedTensors result;
    for (auto& [root, members] : groups) {
      result.groups.push_back(std::move(members));
    }
    return result;
  }

 private:
  ValueId root(ValueId id) const {
    while (parent_[id] != id) {
      id = parent_[id];
    }
    return id;
  }

  /// What elements were before they were only moved, or bounded.
  void unite(const Node& node) {
    const bool joins = std::holds_alternative<Concat>(node.layer);
    if (!joins && !is_max_pooling(node) && !only_moves(node.layer)) {
      return;
    }
    for (std::size_t i = 0; i < (joins ? node.inputs.size() : 1); ++i) {
      if (node.inputs[i] != no_value && sources_[node.inputs[i]] == nullptr) {
        parent_[root(node.inputs[i])] = root(node.outputs[0]);
      }
    }
  }

  bool is_kept(ValueId id) const {
    const auto& readers = readers_[id];
    const bool is_output = std::ranges::count(network_.outputs, id) > 0;
    const bool is_float = operand_format(network_, id) == NumberFormat::float32();
    if (readers.empty() || is_output || !is_float || sources_[id] != nullptr) {
      return false;
    }
    return readers.size() > 1 || !only_bounds(network_.nodes[readers[0]]);
  }

  bool is_taken_in(ValueId id) const {
    return std::ranges::any_of(readers_[id], [&](std::size_t n) {
      return has_integer_form(network_.nodes[n]) || only_moves(network_.nodes[n].layer);
    });
  }

  void add(ValueId id, std::map<ValueId, std::vector<ValueId>>& groups) const {
    if (is_kept(id)) {
      groups[root(id)].push_back(id);
    }
  }

  const Network& network_;
  ConstantSources sources_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<ValueId> parent_;
};

const TensorStatistics& statistics_of(const Network& network, const Observations& seen, ValueId id) {
  const auto found = seen.tensors.find(id);
  if (found == seen.tensors.end()) {
    throw InputError("'" + network.values[id].name + "' was not observed; calibrate with a plan that shows it");
  }
  return found->second;
}

/// One range and histogram of all of them; shapes do not matter here.
TensorStatistics together(const Network& network, const Observations& seen, const std::vector<ValueId>& members) {
  TensorStatistics all;
  for (const ValueId id : members) {
    const TensorStatistics& one = statistics_of(network, seen, id);
    all.all.merge(one.all);
    for (const auto& [index, count] : one.histogram) {
      all.histogram[index] += count;
    }
  }
  return all;
}

}  // namespace

SharedTensors activation_tensors(const Network& network) {
  return TensorFinder(network).found();
}

void quantise_tensors(NetworkEditor& editor, const SharedTensors& tensors, const Observations& seen,
                      const ActivationFixedPoint& rule) {
  for (const std::vector<ValueId>& members : tensors.groups) {
    const Quantiser quantiser = quantiser_for(together(editor.network(), seen, members), rule);
    for (const ValueId id : members) {
      quantise_for_all(editor, id, quantiser);
    }
  }
}

void quantise_all(NetworkEditor& editor, const Selector& selector, const Observations& seen,
                  const ActivationFixedPoint& rule) {
  if (!selector.layers.empty() || !selector.kinds.empty() || !selector.except.empty()) {
    throw InputError(selector.position,
                     "activations of all tensors are for the whole network; leave layers, kinds and except out");
  }
  quantise_tensors(editor, activation_tensors(editor.network()), seen, rule);
}

}  // namespace pj
