#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// A head at which a sample may leave a network (BranchyNet; Teerapittayanon, McDanel and Kung 2016). The network
/// itself says when: an output `NAME/margin` of one number beside the output `NAME` of scores, which is 0 or more where
/// the sample leaves. So every tool that runs the file can take the decision.
struct EarlyExit {
  std::string name;
  std::size_t scores = 0, margin = 0;  ///< places among the network's outputs

  bool operator==(const EarlyExit&) const = default;
};

/// The heads of a network, in the order of its outputs; the first output is where the other samples leave.
std::vector<EarlyExit> early_exits(const Network& network);

/// The number of the exit at which one sample leaves, given all outputs: that of the first head whose margin is not
/// negative, else the number of heads, which stands for the network's end.
std::size_t exit_taken(const std::vector<EarlyExit>& exits, std::span<const Constant> outputs);

/// The scores of an exit.
const Constant& scores_at(const std::vector<EarlyExit>& exits, std::size_t exit, std::span<const Constant> outputs);

/// What is computed for a sample that leaves there: all layers before this exit, and those of the heads that were asked
/// before. For the end it is the whole network. Each is a network that `evaluate` can price.
Network up_to_exit(const Network& network, std::size_t exit);

/// The MACs of a sample that leaves at each exit, the end last.
std::vector<std::int64_t> macs_by_exit(const Network& network);

/// How many samples left at each exit.
std::vector<std::int64_t> samples_by_exit(std::size_t exits, std::span<const std::size_t> taken);

}  // namespace pj
