#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/study/compression_report.hpp"

namespace pj {

/// One of several compressions by the same rules: of another network, or with other chance.
struct CompressionRun {
  std::uint64_t seed = 1;
  CompressionReport report;
};

/// A line for each run, and the means over them with their standard errors.
std::string compression_runs_table(const std::vector<CompressionRun>& runs);
std::string compression_runs_json(const std::vector<CompressionRun>& runs);
std::string compression_runs_csv(const std::vector<CompressionRun>& runs);

}  // namespace pj
