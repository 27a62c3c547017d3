#pragma once

#include <string>

#include "pj/sweep/compression_search.hpp"

namespace pj {

/// The front, the point that keeps to the budget, and each layer's choice there. `max_drop` as a share.
std::string search_table(const CompressionSearch& search, double max_drop, bool whole_front);
std::string search_json(const CompressionSearch& search, double max_drop);
/// A line for every network that was measured.
std::string search_csv(const CompressionSearch& search);

}  // namespace pj
