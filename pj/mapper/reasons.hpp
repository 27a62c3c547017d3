#pragma once

#include <optional>
#include <string>

#include "pj/mapping/mapping.hpp"

namespace pj {

/// Why no mapping fits: the level whose smallest possible tiles are too large, what they need and what there is, or
/// the index that the machine's constraints leave no place to tile.
std::string why_nothing_fits(const Workload& workload, const Accelerator& accelerator);

/// A memory that the smallest tiles that the machine demands do not fit.
struct Shortage {
  std::size_t stage = 0;
  std::string tensor;  ///< whose partition it is; empty: the capacity that all share
  Bits need, has;

  bool operator==(const Shortage&) const = default;
};

/// The first such memory from the compute units outwards. Whatever fits needs at least as much there.
std::optional<Shortage> shortage(const Workload& workload, const Accelerator& accelerator);

}  // namespace pj
