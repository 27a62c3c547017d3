#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// Which layers a rule is for. Names are patterns: `*` stands for any text, `?` for one character.
struct Selector {
  std::vector<std::string> layers;  ///< names; empty: all
  std::vector<std::string> kinds;   ///< `convolution`, `fully connected`, …; empty: all
  std::vector<std::string> except;  ///< names that are left out
  Position position;                ///< in the file of rules

  bool operator==(const Selector&) const = default;
};

/// Does the whole name fit the pattern?
bool fits(const std::string& pattern, const std::string& name);

/// The nodes that are selected among those that a rule can work on, in the network's order. Throws `InputError` for a
/// pattern or kind that fits no node at all, with "did you mean", and where nothing is left to work on (`what` says
/// what the rule is for: "weights").
std::vector<std::size_t> selected(const Network& network, const Selector& selector,
                                  const std::function<bool(std::size_t)>& can_work, const std::string& what);

}  // namespace pj
