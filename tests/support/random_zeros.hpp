#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "pj/base/random.hpp"

namespace pj {

/// Numbers of so many bits that are zero independently of each other.
template <class Number>
std::vector<Number> random_numbers(Rng& rng, std::int64_t count, double density, int bits) {
  std::vector<Number> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t number = rng.between(1, (std::int64_t{1} << bits) - 1);
    numbers.push_back(rng.chance(density) ? static_cast<Number>(number) : Number{0});
  }
  return numbers;
}

/// The mean of a random quantity over so many tries, with its standard error.
struct SampleMean {
  double mean = 0.0;
  double error = 0.0;
};

template <class Quantity>
SampleMean sample_mean(int tries, Quantity quantity) {
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < tries; ++i) {
    const double value = quantity();
    sum += value;
    squares += value * value;
  }
  const double mean = sum / tries;
  const double variance = squares / tries - mean * mean;
  return {mean, variance > 0.0 ? std::sqrt(variance / tries) : 0.0};
}

}  // namespace pj
