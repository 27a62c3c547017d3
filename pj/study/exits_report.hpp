#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// How many samples leave at each exit of a network, and the MACs that they take.
struct ExitUse {
  struct Row {
    std::string name;
    std::int64_t samples = 0, macs = 0;

    bool operator==(const Row&) const = default;
  };
  std::vector<Row> rows;  ///< the network's end last; none: the network has no early exits

  double mean_macs() const;
  bool operator==(const ExitUse&) const = default;
};

/// `taken` as in `Measurement::exits`.
ExitUse exit_use(const Network& network, std::span<const std::size_t> taken);

/// A line for each exit, and the mean; empty without exits.
std::string exits_table(const ExitUse& use);

}  // namespace pj
