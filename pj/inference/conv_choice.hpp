#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pj/base/units.hpp"
#include "pj/kernels/algorithms.hpp"

namespace pj {

/// How a plan chooses among the algorithms for a convolution.
enum class PlanBy {
  Model,    ///< the least time by operations and bytes
  Measure,  ///< the least time on this processor; those that the model says are far slower are not measured
  Plain,    ///< the plain executor alone
};

/// The time that an algorithm takes for a convolution.
struct AlgorithmTime {
  const ConvAlgorithm* algorithm = nullptr;
  Seconds time;
  std::int64_t parts = 0;  ///< that threads can share; 0: nobody knows

  bool operator==(const AlgorithmTime&) const = default;
};

/// The time that the model gives an algorithm: the larger of that of its operations and that of its bytes.
Seconds modelled_time(const ConvAlgorithm& algorithm, const ConvShape& shape);

/// The time with so many threads: that of the thread with the most parts, which are taken to be equal.
Seconds shared_time(const AlgorithmTime& time, int threads);

/// Rows of the table by name; none: all of them.
using RowNames = std::vector<std::string>;

/// The rows of the table that a plan may take, with the times that the model gives them, fastest first. Each keeps the
/// relative error of a layer below 1e-5 (docs/kernels.md), so that a hundred layers, whose errors are independent, stay
/// below 1e-4.
std::vector<AlgorithmTime> modelled_times(const ConvShape& shape, const RowNames& rows = {});

/// Measured times of convolutions, kept in a folder between runs: a small text file for each shape, named by a hash of
/// processor, libraries and shape, which it repeats. Damaged files are ignored and written anew; any thread and any
/// program may use the folder at the same time.
class ConvTimeStore {
 public:
  /// An empty name: in memory, for as long as this lives.
  explicit ConvTimeStore(std::string folder = {}) : folder_(std::move(folder)) {}

  std::optional<std::vector<AlgorithmTime>> find(const ConvShape& shape);
  void store(const ConvShape& shape, const std::vector<AlgorithmTime>& times);

 private:
  std::string folder_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::vector<AlgorithmTime>>> memory_;
};

/// Times of the algorithms for a shape, the fastest first: from the store, or measured in turn, a few rounds, until
/// the order of those that are close is settled. Throws `InputError` where none of the rows can run the shape.
std::vector<AlgorithmTime> measured_times(const ConvShape& shape, ConvTimeStore& store, const RowNames& rows = {});

}  // namespace pj
