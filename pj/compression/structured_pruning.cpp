#include "pj/compression/structured_pruning.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "pj/base/error.hpp"
#include "pj/compression/channel_groups.hpp"
#include "pj/compression/weights.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

using Strengths = std::map<ChannelGroup, double>;

/// How many elements lie behind one place of an axis.
std::size_t inner_size(const Sizes& shape, std::size_t axis) {
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) {
    inner *= static_cast<std::size_t>(shape[i]);
  }
  return inner;
}

/// Adds Σ |w| over all weights at each place of the axis to the strength of its group.
void add_strengths(const Network& network, const ChannelGroups& groups, const ChannelAxis& axis, Strengths& strengths) {
  const Value& value = network.values[network.nodes[axis.node].inputs[axis.operand]];
  const std::vector<double> numbers = real_numbers(*value.data);
  const std::size_t inner = inner_size(value.shape, axis.axis);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t place = i / inner % axis.groups.size();
    strengths[groups.root(axis.groups[place])] += std::abs(numbers[i]);
  }
}

/// The strength of each group in the weights that make its channels, or in those that read them.
Strengths strengths_of(const Network& network, const ChannelGroups& groups, StructuredPruning::What what) {
  Strengths strengths;
  for (const ChannelAxis& axis : groups.axes()) {
    const auto& wanted =
        what == StructuredPruning::What::Filters ? groups.outputs(axis.node) : groups.inputs(axis.node);
    if (axis.operand == 1 && !wanted.empty() && axis.groups == wanted) {
      add_strengths(network, groups, axis, strengths);
    }
  }
  return strengths;
}

/// A layer's groups, each once, and how many of its places each has.
std::map<ChannelGroup, std::int64_t> different(const ChannelGroups& groups, const std::vector<ChannelGroup>& channels) {
  std::map<ChannelGroup, std::int64_t> counts;
  for (const ChannelGroup channel : channels) {
    ++counts[groups.root(channel)];
  }
  return counts;
}

void leave_out(const ChannelGroups& groups, const std::vector<ChannelGroup>& channels, const Strengths& strengths,
               double keep, std::set<ChannelGroup>& left_out) {
  const auto counts = different(groups, channels);
  const auto all = std::ssize(counts);
  const auto target = all - std::max<std::int64_t>(1, std::llround(keep * static_cast<double>(all)));
  std::vector<ChannelGroup> candidates;
  std::int64_t gone = 0;
  std::string reason;
  for (const auto& [group, count] : counts) {
    gone += left_out.contains(group) ? 1 : 0;
    if (!groups.reason(group).empty()) {
      reason = groups.reason(group);
    } else if (!left_out.contains(group)) {
      candidates.push_back(group);
    }
  }
  if (gone + std::ssize(candidates) < target) {
    throw InputError(std::to_string(target) + " of its " + std::to_string(all) +
                     " channels would have to go, but only " + std::to_string(gone + std::ssize(candidates)) +
                     " can: " + reason + "; leave the layer out");
  }
  std::ranges::stable_sort(candidates, [&](ChannelGroup a, ChannelGroup b) {
    const auto of = [&](ChannelGroup group) { return strengths.contains(group) ? strengths.at(group) : 0.0; };
    return of(a) < of(b);
  });
  for (std::size_t i = 0; gone < target; ++i, ++gone) {
    left_out.insert(candidates[i]);
  }
}

/// The constant without the places of an axis that are left out.
Constant cut(const Constant& whole, std::size_t axis, const std::vector<bool>& stays) {
  const auto width = static_cast<std::size_t>(stored_bytes(whole.format)) * inner_size(whole.shape, axis);
  Constant result{whole.format, whole.shape, {}};
  result.shape[axis] = std::ranges::count(stays, true);
  for (std::size_t i = 0; i * width < whole.bytes.size(); ++i) {
    if (stays[i % stays.size()]) {
      const auto begin = whole.bytes.begin() + static_cast<std::ptrdiff_t>(i * width);
      result.bytes.insert(result.bytes.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
    }
  }
  return result;
}

std::vector<bool> staying(const ChannelGroups& groups, const std::vector<ChannelGroup>& channels,
                          const std::set<ChannelGroup>& left_out) {
  std::vector<bool> stays;
  for (const ChannelGroup channel : channels) {
    stays.push_back(!left_out.contains(groups.root(channel)));
  }
  return stays;
}

/// Sizes that a layer names follow those of its channels.
void resize(Node& node, const ChannelGroups& groups, const std::set<ChannelGroup>& left_out) {
  const auto left = std::ranges::count(staying(groups, groups.of(node.outputs[0]), left_out), true);
  if (auto* reshape = std::get_if<Reshape>(&node.layer); reshape != nullptr && reshape->shape.size() > 1) {
    reshape->shape[1] = reshape->shape[1] > 0 ? left : reshape->shape[1];
  } else if (auto* resampled = std::get_if<Resize>(&node.layer); resampled != nullptr && resampled->sizes.size() > 1) {
    resampled->sizes[1] = left;
  } else if (auto* convolution = std::get_if<Convolution>(&node.layer);
             convolution != nullptr && convolution->groups > 1) {
    convolution->groups = left;  // depthwise: no other groups are cut
  }
}

}  // namespace

Network without_channels(const Network& network, const std::vector<std::size_t>& nodes, const StructuredPruning& rule) {
  const ChannelGroups groups(network);
  const Strengths strengths = strengths_of(network, groups, rule.what);
  std::set<ChannelGroup> left_out;
  for (const std::size_t node : nodes) {
    try {
      const auto& channels = rule.what == StructuredPruning::What::Filters ? groups.outputs(node) : groups.inputs(node);
      if (channels.empty()) {
        throw InputError("it has weights that cannot be cut; put this rule before those that give them codes");
      }
      leave_out(groups, channels, strengths, rule.keep, left_out);
    } catch (const InputError& fault) {
      throw InputError("layer '" + network.nodes[node].name + "': " + fault.what());
    }
  }
  NetworkEditor editor(network);
  for (const ChannelAxis& axis : groups.axes()) {
    const std::vector<bool> stays = staying(groups, axis.groups, left_out);
    if (std::ranges::find(stays, false) == stays.end()) {
      continue;
    }
    const Value old = editor.network().values[editor.network().nodes[axis.node].inputs[axis.operand]];
    Constant left = cut(*old.data, axis.axis, stays);
    Storage storage = old.storage;
    storage.density = storage.density < 1.0 ? density_of(real_numbers(left)) : 1.0;
    const ValueId smaller = editor.constant(old.name, std::move(left), storage);
    editor.node(axis.node).inputs[axis.operand] = smaller;
  }
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (!groups.of(network.nodes[i].outputs[0]).empty()) {
      resize(editor.node(i), groups, left_out);
    }
  }
  return editor.finish();
}

}  // namespace pj
