#pragma once

#include <optional>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// x · factor + addend of the channel that x belongs to, in double precision.
struct ChannelScale {
  std::vector<double> factors, addends;  ///< of each channel; factors may be empty: ones
  const char* name = "";                 ///< `batch norm`, `bias`, `scale`
};

/// What a node makes of the value `own`, channels being its second axis: batch normalisation with constant statistics,
/// or a sum, difference, product or quotient with a constant that has one number for each channel or for all of them.
/// Nothing for all other nodes.
std::optional<ChannelScale> channel_scale(const Network& network, const Node& node, ValueId own);

}  // namespace pj
