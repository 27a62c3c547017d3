#pragma once

#include <functional>
#include <vector>

#include "pj/kernels/measure.hpp"

namespace pj {

/// An algorithm that is ready to be run again and again on the same numbers.
struct RunningCandidate {
  std::function<void()> run;
  std::function<double()> error;  ///< of what `run` made, as `CandidateTime` has it
};

/// A row to be measured; `prepare` may be called where the row can run.
struct Candidate {
  CandidateTime row;
  std::function<RunningCandidate()> prepare;
  bool is_reference = false;  ///< others are compared with it: it is measured in every round, however slow it is
};

/// The candidates for a shape, on random numbers that all share.
std::vector<Candidate> candidates(const ConvShape& shape, const MeasureOptions& options);

}  // namespace pj
