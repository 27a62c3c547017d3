#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/compression/summary.hpp"
#include "pj/inference/accuracy.hpp"
#include "pj/study/exits_report.hpp"

namespace pj {

/// What `picojoule compress` shows.
struct CompressionReport {
  std::string network, rules, data;
  CompressionSummary summary;
  std::vector<LayerChange> changes;
  std::optional<Accuracy> before, after;
  ExitUse exits;                                ///< of what was measured
  std::optional<double> energy_before, energy;  ///< picojoules an input
  std::string accelerator;
};

/// Bits as whole bytes, from 10 KiB on in KiB.
std::string stored_size(std::int64_t bits);

/// Every layer with its rules, bits and error; sizes, accuracy and energy before and after.
std::string compression_table(const CompressionReport& report);
std::string compression_json(const CompressionReport& report);
std::string compression_csv(const CompressionReport& report);

}  // namespace pj
