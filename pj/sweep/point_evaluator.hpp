#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pj/base/interrupt.hpp"
#include "pj/sweep/search_memo.hpp"
#include "pj/sweep/study_file.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

/// Prices the points of a study. Any thread may ask it for any point.
class PointEvaluator {
 public:
  /// Loads the study's networks. Throws `InputError` for those that cannot be, and where a limit or an objective is
  /// about areas that the machine does not give.
  PointEvaluator(const Study& study, const Interrupt* interrupt);

  /// A name for all that the result of a point depends on: network, machine, settings, limits, search and model.
  std::string key(std::int64_t number) const;

  /// The result as one line of JSON with its line end (docs/sweep.md). Throws `Interrupted` on request.
  std::string line(std::int64_t number);

 private:
  struct Machine;  // of a point, or why there is none
  struct Result;   // of a point

  Result result(const StudyPoint& point, const Machine& machine);
  std::string over(const Metrics& all, bool (*counts)(const MetricRow&)) const;
  Machine machine_of(const StudyPoint& point) const;
  std::string key(const StudyPoint& point, const Machine& machine) const;
  SearchOutcome search(const Workload& workload, const Accelerator& accelerator);
  void check_areas() const;

  const Study& study_;
  const Interrupt* interrupt_;
  std::vector<std::vector<LoweredLayer>> layers_;  ///< of each network
  std::vector<std::vector<Stage>> stages_;         ///< of each machine
  SearchMemo memo_;
};

}  // namespace pj
