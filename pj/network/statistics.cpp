#include "pj/network/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "pj/base/error.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/layer_work.hpp"
#include "pj/network/receptive_field.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

/// Elements of a constant that a node uses.
struct Use {
  const Value* source;
  std::int64_t elements;
};

/// One entry of the list, with what the totals must know to count nothing twice.
struct Entry {
  LayerStatistics layer;
  bool is_convolution = false;
  std::vector<Use> weights, parameters;
  std::vector<const Value*> constants;
};

/// A network, or the branch of an `If`, with what is known of its values.
struct Scope {
  const Network& network;
  ConstantSources sources;
  std::vector<Field> fields;
};

Scope scope(const Network& network, std::span<const Value* const> constants, std::span<const Field> fields) {
  ConstantSources sources = constant_sources(network, constants);
  std::vector<Field> known = receptive_fields(network, sources, fields);
  return {network, std::move(sources), std::move(known)};
}

/// True where the constant's numbers can be trained; shapes, indices and masks cannot.
bool is_trainable(const Value& constant) {
  using Kind = NumberFormat::Kind;
  const NumberFormat& format = constant.format;
  return format != NumberFormat::fixed(64) && format.kind != Kind::Boolean && format.kind != Kind::Text;
}

/// True where the node works on constants alone.
bool runs_before(const Scope& scope, const Node& node) {
  return !node.outputs.empty() && scope.sources[node.outputs[0]] != nullptr;
}

std::int64_t rows(double count) {
  return static_cast<std::int64_t>(std::ceil(std::min(count, 0x1p62)));
}

std::int64_t activations(const Scope& scope, const Node& node) {
  std::int64_t sum = 0;
  for (const ValueId id : node.outputs) {
    sum = size_sum(sum, element_count(scope.network.values[id].shape));
  }
  return sum;
}

/// True where the value is a constant, or stands for one that is handed to a branch.
bool is_given(const Scope& scope, ValueId id) {
  const std::vector<ValueId>& inputs = scope.network.inputs;
  return scope.network.values[id].is_constant || std::find(inputs.begin(), inputs.end(), id) != inputs.end();
}

/// The constants that the operands of one part are, or are made of.
void add_constants(Entry& entry, const Scope& scope, const Node& node, const LayerWork& work) {
  for (const std::size_t i : work.operands) {
    const ValueId id = node.inputs[i];
    if (id == no_value || scope.sources[id] == nullptr) {
      continue;
    }
    if (is_given(scope, id)) {
      entry.constants.push_back(scope.sources[id]);
    }
    if (runs_before(scope, node) || !is_trainable(*scope.sources[id])) {
      continue;
    }
    const Use use{scope.sources[id], parameter_count(scope.network, node, i)};
    entry.parameters.push_back(use);
    if (work.weights == i) {
      entry.weights.push_back(use);
    }
  }
}

std::int64_t sum_of(const std::vector<Use>& uses) {
  std::int64_t sum = 0;
  for (const Use& use : uses) {
    sum = size_sum(sum, use.elements);
  }
  return sum;
}

/// The counts of one part of a node; `is_last` is true for the part that makes the outputs.
Entry entry_of(const Scope& scope, const Node& node, const LayerWork& work, bool is_last) {
  Entry entry{.is_convolution = std::holds_alternative<Convolution>(node.layer)};
  LayerStatistics& layer = entry.layer;
  layer.name = work.part.empty() ? node.name : node.name + "/" + work.part;
  layer.kind = kind_name(scope.network, node);
  layer.shape = work.shape;
  add_constants(entry, scope, node, work);
  layer.weights = sum_of(entry.weights);
  layer.parameters = sum_of(entry.parameters);
  for (const Value* constant : entry.constants) {
    layer.constants = size_sum(layer.constants, element_count(constant->shape));
  }
  if (!runs_before(scope, node)) {
    layer.macs = work.macs;
    layer.activations = is_last ? activations(scope, node) : 0;
  }
  const Field field = node.outputs.empty() ? Field{} : scope.fields[node.outputs[0]];
  layer.receptive_field_h = rows(field[0].size);
  layer.receptive_field_w = rows(field[1].size);
  return entry;
}

std::vector<Entry> entries(const Scope& scope);

std::int64_t macs(const std::vector<Entry>& list) {
  std::int64_t sum = 0;
  for (const Entry& entry : list) {
    sum = size_sum(sum, entry.layer.macs);
  }
  return sum;
}

/// The entries of the branch with more MACs.
std::vector<Entry> branch_entries(const Scope& outer, const Node& node, const If& layer) {
  std::vector<const Value*> constants;
  std::vector<Field> fields;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    constants.push_back(outer.sources[node.inputs[i]]);
    fields.push_back(outer.fields[node.inputs[i]]);
  }
  std::vector<Entry> chosen = entries(scope(*layer.then_branch, constants, fields));
  std::vector<Entry> other = entries(scope(*layer.else_branch, constants, fields));
  if (macs(other) > macs(chosen)) {
    chosen = std::move(other);
  }
  for (Entry& entry : chosen) {
    entry.layer.name = node.name + "/" + entry.layer.name;
  }
  return chosen;
}

std::vector<Entry> node_entries(const Scope& scope, const Node& node) {
  if (const auto* branches = std::get_if<If>(&node.layer)) {
    return branch_entries(scope, node, *branches);
  }
  std::vector<Entry> result;
  const std::vector<LayerWork> parts = layer_work(scope.network, node, scope.sources);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    result.push_back(entry_of(scope, node, parts[i], i + 1 == parts.size()));
  }
  return result;
}

std::vector<Entry> entries(const Scope& scope) {
  std::vector<Entry> list;
  for (std::size_t i = 0; i < scope.network.nodes.size(); ++i) {
    const Node& node = scope.network.nodes[i];
    try {
      for (Entry& entry : node_entries(scope, node)) {
        entry.layer.node = i;
        list.push_back(std::move(entry));
      }
    } catch (const InputError& error) {
      throw InputError("node '" + node.name + "': " + error.what());
    }
  }
  return list;
}

/// Counts each constant once, and never more of it than it has.
class Once {
 public:
  std::int64_t operator()(const std::vector<Use>& uses) {
    std::int64_t added = 0;
    for (const Use& use : uses) {
      std::int64_t& counted = counted_[use.source];
      const std::int64_t more = std::min(use.elements, element_count(use.source->shape) - counted);
      counted += more;
      added += more;
    }
    return added;
  }

 private:
  std::map<const Value*, std::int64_t> counted_;
};

void add(std::int64_t& total, std::int64_t count) {
  total = size_sum(total, count);
}

NetworkStatistics totals(const std::vector<Entry>& list) {
  NetworkStatistics result;
  Once weights, parameters;
  std::set<const Value*> constants;
  for (const Entry& entry : list) {
    add(entry.is_convolution ? result.weights_conv : result.weights_fc, weights(entry.weights));
    add(entry.is_convolution ? result.macs_conv : result.macs_fc, entry.layer.macs);
    add(result.parameters, parameters(entry.parameters));
    add(result.activations, entry.layer.activations);
    for (const Value* constant : entry.constants) {
      add(result.constants, constants.insert(constant).second ? element_count(constant->shape) : 0);
    }
    result.layers.push_back(entry.layer);
  }
  return result;
}

/// A convolution told apart by its groups and its kernel.
std::string convolution_name(const Convolution& layer, const Sizes& input, const Sizes& weights) {
  const std::string kind = kind_name(Layer(layer));
  if (layer.groups > 1) {
    return (layer.groups == input[1] ? "depthwise " : "grouped ") + kind;
  }
  const bool is_point = std::all_of(weights.begin() + 2, weights.end(), [](std::int64_t size) { return size == 1; });
  return (is_point ? "pointwise " : "") + kind;
}

}  // namespace

NetworkStatistics statistics(const Network& network) {
  return totals(entries(scope(network, {}, {})));
}

std::string kind_name(const Network& network, const Node& node) {
  if (const auto* convolution = std::get_if<Convolution>(&node.layer)) {
    return convolution_name(*convolution, network.values[node.inputs[0]].shape, network.values[node.inputs[1]].shape);
  }
  const bool is_gather = std::holds_alternative<Gather>(node.layer);
  const bool has_table = is_gather && network.values[node.inputs[0]].is_constant;
  return has_table && is_trainable(network.values[node.inputs[0]]) ? "embedding" : kind_name(node.layer);
}

}  // namespace pj
