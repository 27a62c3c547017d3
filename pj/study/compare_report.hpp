#pragma once

#include <span>
#include <string>

#include "pj/study/compare.hpp"

namespace pj {

/// A row for each machine: the metrics that decide, each with its ratio to the first machine and the best marked; what
/// share of each fanout's copies works; and which machine breaks which limit of which scenario.
std::string comparison_table(const Comparison& comparison);
/// A row for each network and machine, with every metric.
std::string comparison_csv(std::span<const Comparison> comparisons);
/// Every number (docs/json.md).
std::string comparison_json(std::span<const Comparison> comparisons);

}  // namespace pj
