#pragma once

#include <cmath>
#include <span>

namespace pj {

/// The mean of independent numbers, and its standard error: the deviation of the sample (n − 1) over √n; 0 of one.
struct SampleMean {
  double mean = 0.0, error = 0.0;

  bool operator==(const SampleMean&) const = default;
};

inline SampleMean sample_mean(std::span<const double> numbers) {
  const auto count = static_cast<double>(numbers.size());
  double sum = 0.0;
  for (const double number : numbers) {
    sum += number;
  }
  const double mean = sum / count;
  double squares = 0.0;
  for (const double number : numbers) {
    squares += (number - mean) * (number - mean);
  }
  return {mean, numbers.size() < 2 ? 0.0 : std::sqrt(squares / (count - 1.0) / count)};
}

}  // namespace pj
