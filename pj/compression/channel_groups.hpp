#pragma once

#include <map>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// A channel of some values of a network: those that can only be left out together. Additions join the channels of
/// their operands, activations and depthwise convolutions hand theirs on, a concatenation has those of all operands.
using ChannelGroup = std::size_t;

/// An operand with a constant that has an axis of channels.
struct ChannelAxis {
  std::size_t node = 0, operand = 0, axis = 0;
  std::vector<ChannelGroup> groups;  ///< of each place on the axis
};

/// Which channels of a network belong together, and which cannot be left out and why.
class ChannelGroups {
 public:
  explicit ChannelGroups(const Network& network);

  /// The groups of the output (or input) channels of a layer with weights; empty where it has none.
  const std::vector<ChannelGroup>& outputs(std::size_t node) const { return outputs_.at(node); }
  const std::vector<ChannelGroup>& inputs(std::size_t node) const { return inputs_.at(node); }
  /// The group that stands for all that were joined with this one.
  ChannelGroup root(ChannelGroup group) const;
  /// Why the group cannot be left out; empty where it can.
  const std::string& reason(ChannelGroup group) const;

  /// All constants that lose places where groups are left out.
  const std::vector<ChannelAxis>& axes() const { return axes_; }
  /// The groups of the channels (axis 1) of a value; empty where it has none.
  const std::vector<ChannelGroup>& of(ValueId value) const { return of_.at(value); }

 private:
  friend struct GroupRules;

  std::vector<ChannelGroup> fresh(std::int64_t count);
  void join(ChannelGroup a, ChannelGroup b);
  void fix(const std::vector<ChannelGroup>& groups, const std::string& reason);

  std::vector<std::vector<ChannelGroup>> of_, outputs_, inputs_;
  std::vector<ChannelGroup> parents_;
  std::map<ChannelGroup, std::string> reasons_;
  std::vector<ChannelAxis> axes_;
};

}  // namespace pj
