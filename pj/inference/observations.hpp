#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "pj/inference/plan.hpp"

namespace pj {

/// What is known of some numbers.
struct NumberStatistics {
  std::int64_t count = 0, zeros = 0, nans = 0;  ///< of `count` numbers so many are zero, or not a number
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();
  double sum = 0.0, sum_of_squares = 0.0;  ///< without those that are not a number

  void add(double number);
  void merge(const NumberStatistics& other);
  double zero_share() const;
  double mean() const;
  double deviation() const;

  bool operator==(const NumberStatistics&) const = default;
};

/// A bin of a histogram that needs no range in advance: 8 bins for each power of two, of either sign, as in float
/// formats with three mantissa bits. Zero has a bin of its own.
struct Bin {
  double low, high;  ///< low ≤ x < high, for negative numbers low < x ≤ high

  bool operator==(const Bin&) const = default;
};
/// The bin's number, the larger the number the larger it is; 0 for zero.
int bin_of(double number);
Bin bin(int index);

/// What was seen of one tensor of a network over many runs.
struct TensorStatistics {
  static constexpr std::size_t longest_run = 32;

  std::string name;
  Sizes shape;
  std::int64_t runs = 0;  ///< how often the tensor was seen
  NumberStatistics all;
  std::vector<NumberStatistics> channels;  ///< by axis 1, where there is one
  std::map<int, std::int64_t> histogram;   ///< of finite numbers, by `bin_of`
  /// Entry k − 1: runs of k zeros one behind the other in row-major order; the last entry: of 32 and more.
  std::array<std::int64_t, longest_run> zero_runs{};

  void add(const Constant& tensor);
  void merge(const TensorStatistics& other);
};

/// Statistics of the inputs, results and weights of a network's layers.
struct Observations {
  std::string source;  ///< in words
  std::map<ValueId, TensorStatistics> tensors;

  /// What a plan's watcher sees.
  void add(const Network& network, ValueId value, const Constant& tensor);
  void merge(const Observations& later);
};

}  // namespace pj
