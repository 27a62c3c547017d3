#pragma once

#include <optional>
#include <string>

#include "pj/accelerator/accelerator.hpp"
#include "pj/study/compression_search.hpp"

namespace pj {

/// What a search was of.
struct SearchSubject {
  std::string network, rules;
  std::string data, test;                  ///< what was searched on, and tested on; empty: no test
  std::optional<Accelerator> accelerator;  ///< nothing: times are those of this processor
};

/// The front, or only the point that keeps to the budget, and each layer's choice there.
std::string search_table(const CompressionSearch& search, const SearchSubject& subject, bool whole_front);
/// Every number (docs/json.md).
std::string search_json(const CompressionSearch& search, const SearchSubject& subject);
/// A line for every network that was measured.
std::string search_csv(const CompressionSearch& search, const SearchSubject& subject);

}  // namespace pj
