#pragma once

#include <cstdint>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// The factor that a directive gives an index.
struct TimeloopFactor {
  std::int64_t count = 1;  ///< 0: what the other loops leave
  std::int64_t last = 1;   ///< iterations in the last tile: the remainder, or the count
  bool given = false;
  Position position;

  bool operator==(const TimeloopFactor&) const = default;
};

/// The index that a dimension's name means; K is M where a workload has no K. Throws with "did you mean".
std::size_t find_dimension(const Workload& workload, const std::string& name, const Position& position);

/// Reads `R3 S1`, `R=3, S=1`, `P4,1` or a list of such texts; one factor for each index of the workload.
std::vector<TimeloopFactor> parse_factors(const YamlNode& node, const Workload& workload);

/// Reads `RSPQ`, `R,S` or a list, innermost first; all indices, those that are not named outermost.
std::vector<std::size_t> parse_permutation(const YamlNode* node, const Workload& workload);

}  // namespace pj
