#pragma once

#include <optional>
#include <string>

#include "pj/study/evaluate.hpp"

namespace pj {

/// What is known of a mapping's distance from the best one, in one line: that it is the best, or that the search was
/// stopped and how far above the least it can be. Nothing where no search was made. `mappings`: the size of the
/// mapspace, where it is known.
std::string proof_text(const MapperResult& result, const MapperOptions& options,
                       const std::optional<double>& mappings = std::nullopt);

/// The same of all layers of an estimate, as the middle of a sentence.
std::string proof_text(const Estimate& estimate);

/// A distance from the least that is an upper bound, `≤ 3.15 %`: rounded upwards, `proved` for 0.
std::string gap_text(double gap);

}  // namespace pj
