#include "pj/inference/observations.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

constexpr int steps = 8;         // bins of a power of two
constexpr int smallest = -1100;  // below every exponent of float64
constexpr std::size_t most_channels = 4096;

std::size_t channels_of(const Sizes& shape) {
  const bool has_channels = shape.size() >= 2 && shape[1] > 0 && shape[1] <= static_cast<std::int64_t>(most_channels);
  return has_channels ? static_cast<std::size_t>(shape[1]) : 0;
}

void count_runs(const std::vector<double>& numbers, std::array<std::int64_t, TensorStatistics::longest_run>& runs) {
  std::size_t length = 0;
  const auto end_run = [&] {
    if (length > 0) {
      ++runs[std::min(length, runs.size()) - 1];
    }
    length = 0;
  };
  for (const double number : numbers) {
    if (number == 0.0) {
      ++length;
    } else {
      end_run();
    }
  }
  end_run();
}

}  // namespace

void NumberStatistics::add(double number) {
  ++count;
  if (std::isnan(number)) {
    ++nans;
    return;
  }
  zeros += number == 0.0 ? 1 : 0;
  least = std::min(least, number);
  greatest = std::max(greatest, number);
  sum += number;
  sum_of_squares += number * number;
}

void NumberStatistics::merge(const NumberStatistics& other) {
  count += other.count;
  zeros += other.zeros;
  nans += other.nans;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
  sum += other.sum;
  sum_of_squares += other.sum_of_squares;
}

double NumberStatistics::zero_share() const {
  return count == 0 ? 0.0 : static_cast<double>(zeros) / static_cast<double>(count);
}

double NumberStatistics::mean() const {
  return count == nans ? 0.0 : sum / static_cast<double>(count - nans);
}

double NumberStatistics::deviation() const {
  const double average = mean();
  return count == nans
             ? 0.0
             : std::sqrt(std::max(0.0, sum_of_squares / static_cast<double>(count - nans) - average * average));
}

int bin_of(double number) {
  if (number == 0.0) {
    return 0;
  }
  int exponent = 0;
  const double mantissa = std::frexp(std::abs(number), &exponent);  // from 0.5 to below 1
  const int step = static_cast<int>((mantissa - 0.5) * 2.0 * steps);
  const int magnitude = (exponent - smallest) * steps + step + 1;
  return number < 0.0 ? -magnitude : magnitude;
}

Bin bin(int index) {
  if (index == 0) {
    return {0.0, 0.0};
  }
  const int magnitude = std::abs(index) - 1;
  const auto edge = [](int m) {
    return std::ldexp(0.5 + static_cast<double>(m % steps) / (2.0 * steps), m / steps + smallest);
  };
  const double near = edge(magnitude);
  const double far = edge(magnitude + 1);
  return index < 0 ? Bin{-far, -near} : Bin{near, far};
}

void TensorStatistics::add(const Constant& tensor) {
  const auto numbers = numbers_of<double>(tensor);
  ++runs;
  channels.resize(channels_of(tensor.shape));
  const std::size_t area =
      channels.empty() ? 1 : static_cast<std::size_t>(element_count({tensor.shape.begin() + 2, tensor.shape.end()}));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    all.add(numbers[i]);
    if (!channels.empty()) {
      channels[i / area % channels.size()].add(numbers[i]);
    }
    if (std::isfinite(numbers[i])) {
      ++histogram[bin_of(numbers[i])];
    }
  }
  count_runs(numbers, zero_runs);
}

void TensorStatistics::merge(const TensorStatistics& other) {
  runs += other.runs;
  all.merge(other.all);
  channels.resize(std::max(channels.size(), other.channels.size()));
  for (std::size_t i = 0; i < other.channels.size(); ++i) {
    channels[i].merge(other.channels[i]);
  }
  for (const auto& [index, count] : other.histogram) {
    histogram[index] += count;
  }
  for (std::size_t i = 0; i < zero_runs.size(); ++i) {
    zero_runs[i] += other.zero_runs[i];
  }
}

void Observations::add(const Network& network, ValueId value, const Constant& tensor) {
  if (!is_computable(tensor.format)) {
    return;
  }
  TensorStatistics& statistics = tensors[value];
  statistics.name = network.values[value].name;
  statistics.shape = tensor.shape;
  statistics.add(tensor);
}

void Observations::merge(const Observations& later) {
  for (const auto& [value, statistics] : later.tensors) {
    const auto [place, is_new] = tensors.try_emplace(value, statistics);
    if (!is_new) {
      place->second.merge(statistics);
    }
  }
}

}  // namespace pj
