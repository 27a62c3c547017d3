#include "pj/compression/channel_groups.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/network/constant_sources.hpp"

namespace pj {

using Groups = std::vector<ChannelGroup>;

/// What each kind of layer does to the channels of its operands.
struct GroupRules {
  ChannelGroups& all;
  const Network& network;
  const ConstantSources& sources;
  const Node& node;
  std::size_t index;

  const Value& operand(std::size_t i) const { return network.values[node.inputs[i]]; }
  const Value& result() const { return network.values[node.outputs[0]]; }
  bool has(std::size_t i) const { return i < node.inputs.size() && node.inputs[i] != no_value; }
  bool is_plain_constant(std::size_t i) const { return operand(i).is_constant && operand(i).data != nullptr; }
  bool follows_from_constants(std::size_t i) const { return sources[node.inputs[i]] != nullptr; }
  const Groups& groups(std::size_t i) const { return all.of_[node.inputs[i]]; }

  /// Every channel that goes in or comes out stays.
  void keep_all(const std::string& why) const {
    const std::string reason = "node '" + node.name + "' (" + kind_name(node.layer) + ") " + why;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (has(i)) {
        all.fix(groups(i), reason);
      }
    }
    for (const ValueId id : node.outputs) {
      const Sizes& shape = network.values[id].shape;
      all.of_[id] = all.fresh(shape.size() > 1 ? shape[1] : 0);
      all.fix(all.of_[id], reason);
    }
  }
  void hand_on() const { all.of_[node.outputs[0]] = groups(0); }
  void cut(std::size_t i, std::size_t axis, const Groups& by) const { all.axes_.push_back({index, i, axis, by}); }

  template <class Kind>
  void operator()(const Kind&) const {
    keep_all("mixes or names its channels");
  }

  void operator()(const Convolution& layer) const {
    if (!is_plain_constant(1) || !layer.connections.empty() || (has(2) && !is_plain_constant(2))) {
      return keep_all("has weights that cannot be cut: codes, or no elements, or a table of connections");
    }
    const std::int64_t channels = operand(0).shape[1];
    const bool is_depthwise = layer.groups == channels && result().shape[1] == channels && layer.groups > 1;
    if (is_depthwise && !layer.transposed) {
      hand_on();
      cut(1, 0, groups(0));
      all.outputs_[index] = all.inputs_[index] = groups(0);
    } else if (layer.groups == 1) {
      weigh(layer.transposed ? 1 : 0, layer.transposed ? 0 : 1, result().shape[1]);
    } else {
      return keep_all("has groups");
    }
    if (has(2)) {
      cut(2, 0, all.of_[node.outputs[0]]);
    }
  }

  void operator()(const FullyConnected&) const {
    if (!is_plain_constant(1) || (has(2) && !is_plain_constant(2))) {
      return keep_all("has weights that cannot be cut: codes, or no elements");
    }
    weigh(0, 1, result().shape[1]);
    if (has(2)) {
      cut(2, 0, all.of_[node.outputs[0]]);
    }
  }

  void operator()(const MatMul& layer) const {
    const bool is_layer = operand(0).shape.size() == 2 && operand(1).shape.size() == 2 && !layer.transpose_a &&
                          is_plain_constant(1) && !follows_from_constants(0) && !has(2);
    if (!is_layer) {
      return keep_all("is no product with one matrix of weights");
    }
    weigh(layer.transpose_b ? 0 : 1, layer.transpose_b ? 1 : 0, result().shape[1]);
  }

  /// New channels come out, and the weights lose those that do not come in.
  void weigh(std::size_t output_axis, std::size_t input_axis, std::int64_t outputs) const {
    Groups in = groups(0);
    const std::int64_t size = operand(1).shape[input_axis];
    if (std::ssize(in) != size && !in.empty()) {  // a map that is flattened on its way in
      Groups spread;
      const std::int64_t each = size / std::ssize(in);
      for (const ChannelGroup group : in) {
        spread.insert(spread.end(), static_cast<std::size_t>(each), group);
      }
      in = spread;
    }
    const Groups out = all.fresh(outputs);
    cut(1, output_axis, out);
    cut(1, input_axis, in);
    all.outputs_[index] = out;
    all.inputs_[index] = in;
    all.of_[node.outputs[0]] = out;
  }

  void operator()(const BatchNormalization&) const {
    hand_on();
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      if (!is_plain_constant(i)) {
        return keep_all("has parameters without elements");
      }
      cut(i, 0, groups(0));
    }
  }

  void operator()(const Activation&) const { all_operands(); }
  void operator()(const Elementwise&) const { all_operands(); }
  void operator()(const Dropout&) const { hand_on(); }
  void operator()(const Cast&) const { hand_on(); }
  void operator()(const Pooling&) const {
    node.outputs.size() == 1 ? hand_on() : keep_all("counts places in all channels");
  }
  void operator()(const Quantize&) const { quantise(); }
  void operator()(const Dequantize&) const { quantise(); }
  void operator()(const FakeQuantize&) const { quantise(); }

  void quantise() const { element_count(operand(1).shape) == 1 ? hand_on() : keep_all("has a scale for each channel"); }

  /// The operands have the same channels, or one channel for all, or none.
  void all_operands() const {
    const std::size_t rank = result().shape.size();
    const std::int64_t channels = rank > 1 ? result().shape[1] : 0;
    Groups joined;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!has(i) || follows_from_constants(i) || groups(i).empty()) {
        continue;
      }
      const bool is_aligned = operand(i).shape.size() == rank && std::ssize(groups(i)) == channels;
      if (!is_aligned) {
        return keep_all("stretches channels");
      }
      joined = joined.empty() ? groups(i) : joined;
      for (std::size_t c = 0; c < joined.size(); ++c) {
        all.join(joined[c], groups(i)[c]);
      }
    }
    all.of_[node.outputs[0]] = joined;
    cut_constants(joined, rank);
  }

  /// Constants with a number for each channel lose some; they may have fewer axes than the result, or none.
  void cut_constants(const Groups& joined, std::size_t rank) const {
    for (std::size_t i = 0; i < node.inputs.size() && !joined.empty(); ++i) {
      if (!has(i) || !follows_from_constants(i)) {
        continue;
      }
      const Sizes& shape = operand(i).shape;
      const bool has_axis = shape.size() + 1 >= rank && shape[shape.size() + 1 - rank] != 1;
      if (has_axis && !is_plain_constant(i)) {
        return keep_all("has a constant that cannot be cut");
      }
      if (has_axis) {
        cut(i, shape.size() + 1 - rank, joined);
      }
    }
  }

  void operator()(const Concat& layer) const {
    const bool by_channel = layer.axis == 1 || layer.axis + static_cast<std::int64_t>(result().shape.size()) == 1;
    const bool any_constant = std::ranges::any_of(node.inputs, [&](ValueId id) { return sources[id] != nullptr; });
    if (!by_channel || any_constant) {
      return any_constant ? keep_all("joins a constant") : all_operands();
    }
    Groups joined;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      joined.insert(joined.end(), groups(i).begin(), groups(i).end());
    }
    all.of_[node.outputs[0]] = joined;
  }

  void operator()(const Reshape&) const {
    const Sizes& from = operand(0).shape;
    const Sizes& to = result().shape;
    const bool keeps_batch = from.size() > 1 && to.size() > 1 && from[0] == to[0];
    const bool is_flat = keeps_batch && to.size() == 2 && std::ssize(groups(0)) == from[1];
    if (is_flat || (keeps_batch && from[1] == to[1])) {
      Groups spread;
      for (const ChannelGroup group : groups(0)) {
        spread.insert(spread.end(), static_cast<std::size_t>(to[1] / from[1]), group);
      }
      all.of_[node.outputs[0]] = spread;
      return;
    }
    keep_all("gives its elements another order");
  }

  void operator()(const Pad& layer) const {
    const std::int64_t before = layer.begin.size() > 1 ? layer.begin[1] : 0;
    const std::int64_t behind = layer.end.size() > 1 ? layer.end[1] : 0;
    if (before < 0 || behind < 0 || ((before > 0 || behind > 0) && layer.mode != Pad::Mode::Constant)) {
      return keep_all("pads channels");
    }
    Groups padded = all.fresh(before);
    padded.insert(padded.end(), groups(0).begin(), groups(0).end());
    const Groups more = all.fresh(behind);
    padded.insert(padded.end(), more.begin(), more.end());
    const std::string reason = "node '" + node.name + "' (padding) adds channels";
    all.fix(Groups(padded.begin(), padded.begin() + before), reason);
    all.fix(more, reason);
    all.of_[node.outputs[0]] = padded;
  }

  void operator()(const Slice& layer) const {
    const auto rank = static_cast<std::int64_t>(operand(0).shape.size());
    const bool by_channel =
        layer.axes.empty() || std::ranges::any_of(layer.axes, [&](auto axis) { return (axis + rank) % rank == 1; });
    by_channel ? keep_all("picks channels") : hand_on();
  }

  void operator()(const Resize&) const {
    operand(0).shape[1] == result().shape[1] ? hand_on() : keep_all("resizes them");
  }
};

ChannelGroups::ChannelGroups(const Network& network)
    : of_(network.values.size()), outputs_(network.nodes.size()), inputs_(network.nodes.size()) {
  const ConstantSources sources = constant_sources(network);
  for (const ValueId id : network.inputs) {
    const Sizes& shape = network.values[id].shape;
    of_[id] = fresh(shape.size() > 1 ? shape[1] : 0);
    fix(of_[id], "they are an input of the network");
  }
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const Node& node = network.nodes[i];
    const bool is_constant =
        std::ranges::all_of(node.inputs, [&](ValueId id) { return id == no_value || sources[id] != nullptr; });
    if (!is_constant) {
      std::visit(GroupRules{*this, network, sources, node, i}, node.layer);
    }
  }
  for (const ValueId id : network.outputs) {
    fix(of_[id], "they are an output of the network");
  }
}

std::vector<ChannelGroup> ChannelGroups::fresh(std::int64_t count) {
  std::vector<ChannelGroup> groups;
  for (std::int64_t i = 0; i < count; ++i) {
    groups.push_back(parents_.size());
    parents_.push_back(groups.back());
  }
  return groups;
}

ChannelGroup ChannelGroups::root(ChannelGroup group) const {
  while (parents_[group] != group) {
    group = parents_[group];
  }
  return group;
}

void ChannelGroups::join(ChannelGroup a, ChannelGroup b) {
  const ChannelGroup first = std::min(root(a), root(b));
  const ChannelGroup second = std::max(root(a), root(b));
  parents_[second] = first;
  if (const auto reason = reasons_.find(second); reason != reasons_.end()) {
    reasons_.try_emplace(first, reason->second);
  }
}

void ChannelGroups::fix(const std::vector<ChannelGroup>& groups, const std::string& reason) {
  for (const ChannelGroup group : groups) {
    reasons_.try_emplace(root(group), reason);
  }
}

const std::string& ChannelGroups::reason(ChannelGroup group) const {
  static const std::string none;
  const auto found = reasons_.find(root(group));
  return found == reasons_.end() ? none : found->second;
}

}  // namespace pj
