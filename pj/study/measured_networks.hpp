#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "pj/study/network_cost.hpp"
#include "pj/study/results_file.hpp"

namespace pj {

/// Samples that were classified, and how many of them rightly.
struct Tally {
  std::int64_t samples = 0, right = 0;

  double share() const;
  /// The standard error of that share of independent samples: √(p (1 − p) / n).
  double standard_error() const;
  bool operator==(const Tally&) const = default;
};

/// What was measured of one version of a network.
struct NetworkRecord {
  Tally accuracy;
  NetworkCost cost;
  std::int64_t bits = 0;  ///< stored

  bool operator==(const NetworkRecord&) const = default;
};

/// Records of networks by all that they depend on, so that none is measured twice; where there is a file, not by a
/// later run either, even if this one is killed.
class MeasuredNetworks {
 public:
  /// Reads the file, or makes it; empty: there is none. Throws `InputError` where it holds something else.
  explicit MeasuredNetworks(const std::string& file);

  /// The record under this key; `measure` makes it where there is none yet.
  const NetworkRecord& find(const std::string& key, const std::function<NetworkRecord()>& measure);

 private:
  std::string path_;
  std::unique_ptr<ResultsFile> file_;
  std::map<std::string, NetworkRecord> known_;
};

}  // namespace pj
