#pragma once

#include <string>
#include <vector>

#include "pj/study/claims.hpp"

namespace pj {

/// The results as a table with a closing line, as CSV and as JSON (docs/json.md).
std::string claims_table(const std::vector<ClaimResult>& results);
std::string claims_csv(const std::vector<ClaimResult>& results);
std::string claims_json(const std::vector<ClaimResult>& results);

/// `98 of 112 claims reproduced, 14 cited, 0 missed; 40 of 48 rows hold no claim that is only cited or missed`.
std::string claims_summary(const std::vector<ClaimResult>& results);

/// `reproduced`, `missed`, `proxy`, `compared`, `cited`.
std::string to_string(Outcome outcome);

/// The results with this outcome.
std::size_t count_of(const std::vector<ClaimResult>& results, Outcome outcome);

}  // namespace pj
