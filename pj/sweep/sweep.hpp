#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pj/base/interrupt.hpp"
#include "pj/sweep/crew.hpp"
#include "pj/sweep/study_file.hpp"

namespace pj {

struct SweepOptions {
  static constexpr std::int64_t most_of_all = 1'000'000;  ///< all results of a study are held in memory

  std::string results;                 ///< the file of results; points that it has are not computed again
  int threads = 0;                     ///< of this process; 0: one per core that it may use
  std::int64_t most_points = 100'000;  ///< a larger study is refused
  const Interrupt* interrupt = nullptr;
  Crew* crew = nullptr;  ///< the processes that share the work; null: this one alone
  std::function<void(std::int64_t done, std::int64_t all)> progress;
};

/// A study with the results of all its points.
struct SweepRun {
  Study study;
  std::vector<std::string> lines;  ///< of each point, in the study's order; empty in all processes but the first
  std::int64_t kept = 0;           ///< lines that were in the file
  bool was_torn = false;           ///< the file's last line was cut off and was computed again
};

/// Prices every point of the study in the file `study`, once, and leaves the results in the study's order. However
/// often it is stopped or killed in between, and on however many threads and processes, the same bytes are there in the
/// end. Throws `InputError` where study or results are at fault; `Interrupted` on request, with what was done kept.
SweepRun sweep(const std::string& study, const SweepOptions& options);

}  // namespace pj
