#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "pj/data/data_set.hpp"
#include "pj/inference/observations.hpp"
#include "pj/inference/plan.hpp"
#include "pj/inference/preprocess.hpp"

namespace pj {

/// How well a network classifies a data set.
struct Accuracy {
  std::int64_t samples = 0, top1 = 0, top5 = 0;
  std::int64_t classes = 0;             ///< scores that the network gives
  std::vector<std::int64_t> confusion;  ///< classes × classes: row the first right class, column the class found

  double share(std::int64_t right) const;
  /// The standard error of that share of independent samples: √(p (1 − p) / n).
  double standard_error(std::int64_t right) const;

  bool operator==(const Accuracy&) const = default;
};

struct AccuracyOptions {
  Preprocessing preprocessing;
  std::size_t samples = 0;                                               ///< the first so many; 0: all
  int threads = 0;                                                       ///< 0: one per core
  std::function<void(std::size_t done, std::size_t all)> progress = {};  ///< from any thread
  std::function<void()> check = {};                                      ///< may throw, to end early
  bool observe = false;                                                  ///< also gather what flows through
  /// Sees what flows through for each sample, from any thread; the plan must have been made to be watched.
  std::function<void(std::size_t sample, ValueId value, const Constant& tensor)> watch = {};
};

/// What a pass over a data set gives.
struct Measurement {
  Accuracy accuracy;
  Observations observations;       ///< empty unless asked for; the same on any number of threads
  std::vector<std::size_t> exits;  ///< at which each sample left (pj/inference/early_exits); empty without such
};

/// The classes in the order of their scores, the best first; of equal scores the lower class comes first.
std::vector<std::size_t> ranking(const std::vector<double>& scores, std::size_t most);

/// Classifies the samples one by one: the network's only input takes one, its first output has a score for each class.
/// Of a network with early exits the scores are those of the exit that a sample takes.
/// Throws `InputError` where that is not so, a sample is damaged or a class is out of range.
Measurement measure_accuracy(const Plan& plan, const DataSet& data, const AccuracyOptions& options = {});

}  // namespace pj
