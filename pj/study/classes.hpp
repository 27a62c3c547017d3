#pragma once

#include <string>
#include <vector>

#include "pj/inference/calls.hpp"

namespace pj {

/// A class with the score that a network gives it.
struct ClassScore {
  std::size_t index = 0;
  double score = 0.0;
  std::string label;
};

/// The five best classes of a call by the first output. Throws `InputError` where there are not as many labels as
/// scores.
std::vector<ClassScore> classes_of_call(const RunResult& result, std::int64_t call,
                                        const std::vector<std::string>& labels);

}  // namespace pj
