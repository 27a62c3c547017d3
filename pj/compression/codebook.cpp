#include "pj/compression/codebook.hpp"

#include <algorithm>
#include <cmath>

namespace pj {

namespace {

constexpr int most_rounds = 10'000;  // it ends by itself, as every round lowers the error; far more than was ever seen

std::vector<double> sorted(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  return numbers;
}

std::vector<double> different(std::vector<double> numbers) {
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<double> linear_start(const std::vector<double>& numbers, int entries) {
  std::vector<double> start;
  for (int i = 0; i < entries; ++i) {
    const double share = entries == 1 ? 0.5 : static_cast<double>(i) / (entries - 1);
    start.push_back(numbers.front() + share * (numbers.back() - numbers.front()));
  }
  return start;
}

std::vector<double> density_start(const std::vector<double>& numbers, int entries) {
  std::vector<double> start;
  for (int i = 0; i < entries; ++i) {
    const double share = (i + 0.5) / entries;
    start.push_back(numbers[static_cast<std::size_t>(share * static_cast<double>(numbers.size()))]);
  }
  return start;
}

std::vector<double> random_start(const std::vector<double>& values, int entries, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> pool = values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(entries); ++i) {  // Fisher and Yates
    std::swap(pool[i], pool[static_cast<std::size_t>(rng.between(static_cast<std::int64_t>(i), std::ssize(pool) - 1))]);
  }
  pool.resize(static_cast<std::size_t>(entries));
  return pool;
}

std::vector<double> start_of(const std::vector<double>& numbers, const Codebook& rule, int entries) {
  switch (rule.start) {
    case Codebook::Start::Density:
      return density_start(numbers, entries);
    case Codebook::Start::Random:
      return random_start(different(numbers), entries, rule.seed);
    default:
      return linear_start(numbers, entries);
  }
}

/// Where the numbers nearest to each mean begin among the sorted numbers.
std::vector<std::size_t> borders(const std::vector<double>& numbers, const std::vector<double>& means) {
  std::vector<std::size_t> begins{0};
  for (std::size_t i = 1; i < means.size(); ++i) {
    const double half = (means[i - 1] + means[i]) / 2.0;
    begins.push_back(
        static_cast<std::size_t>(std::lower_bound(numbers.begin(), numbers.end(), half) - numbers.begin()));
  }
  begins.push_back(numbers.size());
  return begins;
}

}  // namespace

std::vector<double> lloyd_means(std::vector<double> numbers, std::vector<double> start) {
  numbers = sorted(std::move(numbers));
  std::vector<double> sums{0.0};
  for (const double number : numbers) {
    sums.push_back(sums.back() + number);
  }
  std::vector<double> means = different(sorted(std::move(start)));
  std::vector<std::size_t> before;
  for (int round = 0; round < most_rounds; ++round) {
    const auto begins = borders(numbers, means);
    if (begins == before) {
      break;
    }
    before = begins;
    std::vector<double> moved;
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
      if (const std::size_t count = begins[i + 1] - begins[i]; count > 0) {
        moved.push_back((sums[begins[i + 1]] - sums[begins[i]]) / static_cast<double>(count));
      }
    }
    means = different(sorted(std::move(moved)));
  }
  return means;
}

CodedWeights with_codebook(const Weights& weights, const Codebook& rule) {
  std::vector<double> numbers = weights.numbers;
  const bool keeps_zeros = weights.is_pruned();
  if (keeps_zeros) {
    std::erase(numbers, 0.0);
  }
  numbers = sorted(std::move(numbers));
  const std::int64_t values = std::ssize(different(numbers));
  const int entries = static_cast<int>(std::min<std::int64_t>(rule.entries - (keeps_zeros ? 1 : 0), values));
  std::vector<double> means;
  if (entries == values) {
    means = different(numbers);  // each has an entry of its own
  } else if (entries > 0) {
    means = lloyd_means(numbers, start_of(numbers, rule, entries));
  }
  CodedWeights coded{.format = NumberFormat::codebook(rule.entries)};
  coded.table = means;
  if (keeps_zeros) {
    coded.table.insert(coded.table.begin(), 0.0);
  }
  std::ranges::transform(coded.table, coded.table.begin(),
                         [](double mean) { return double{static_cast<float>(mean)}; });
  for (const double number : weights.numbers) {
    if (keeps_zeros && number == 0.0) {
      coded.codes.push_back(0);
      continue;
    }
    const auto after = std::lower_bound(means.begin(), means.end(), number);
    const bool takes_before =
        after == means.end() || (after != means.begin() && number < (*(after - 1) + *after) / 2.0);
    coded.codes.push_back((after - means.begin()) - (takes_before ? 1 : 0) + (keeps_zeros ? 1 : 0));
  }
  return coded;
}

}  // namespace pj
