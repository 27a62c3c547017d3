#include "pj/compression/pruning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pj {

namespace {

/// The least of all numbers but the `keep` largest are zero; of equal ones the later.
std::vector<double> keep_largest(std::vector<double> numbers, const std::vector<double>& strengths, std::size_t keep) {
  std::vector<std::size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return strengths[a] > strengths[b]; });
  for (std::size_t i = keep; i < order.size(); ++i) {
    numbers[order[i]] = 0.0;
  }
  return numbers;
}

std::size_t kept(double density, std::size_t count) {
  return static_cast<std::size_t>(std::llround(density * static_cast<double>(count)));
}

std::vector<double> magnitudes(const std::vector<double>& numbers) {
  std::vector<double> result;
  std::ranges::transform(numbers, std::back_inserter(result), [](double number) { return std::abs(number); });
  return result;
}

std::vector<double> by_magnitude(const Weights& weights, double density) {
  return keep_largest(weights.numbers, magnitudes(weights.numbers), kept(density, weights.numbers.size()));
}

/// All layers as one.
std::vector<std::vector<double>> by_magnitude_globally(const std::vector<Weights>& layers, double density) {
  Weights all;
  for (const Weights& layer : layers) {
    all.numbers.insert(all.numbers.end(), layer.numbers.begin(), layer.numbers.end());
  }
  const std::vector<double> numbers = by_magnitude(all, density);
  std::vector<std::vector<double>> results;
  auto begin = numbers.begin();
  for (const Weights& layer : layers) {
    results.emplace_back(begin, begin + std::ssize(layer.numbers));
    begin += std::ssize(layer.numbers);
  }
  return results;
}

std::size_t filter_size(const Weights& weights) {
  const auto rows = static_cast<std::size_t>(weights.shape.empty() ? 1 : weights.shape.front());
  return rows == 0 ? 0 : weights.numbers.size() / rows;
}

/// Calls `visit(begin, end)` for every m weights of each filter.
template <class Visit>
void for_groups(const Weights& weights, std::size_t m, Visit visit) {
  const std::size_t filter = filter_size(weights);
  for (std::size_t first = 0; first < weights.numbers.size(); first += filter) {
    for (std::size_t i = 0; i < filter; i += m) {
      visit(first + i, first + std::min(i + m, filter));
    }
  }
}

std::vector<double> n_of_m(const Weights& weights, const Pruning& rule) {
  std::vector<double> numbers = weights.numbers;
  for_groups(weights, static_cast<std::size_t>(rule.m), [&](std::size_t begin, std::size_t end) {
    const auto from = numbers.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::vector<double> group(from, numbers.begin() + static_cast<std::ptrdiff_t>(end));
    std::ranges::copy(keep_largest(group, magnitudes(group), static_cast<std::size_t>(rule.n)), from);
  });
  return numbers;
}

std::vector<double> in_groups(const Weights& weights, const Pruning& rule) {
  std::vector<std::pair<std::size_t, std::size_t>> groups;
  std::vector<double> strengths;
  for_groups(weights, static_cast<std::size_t>(rule.m), [&](std::size_t begin, std::size_t end) {
    groups.emplace_back(begin, end);
    strengths.push_back(0.0);
    for (std::size_t i = begin; i < end; ++i) {
      strengths.back() += std::abs(weights.numbers[i]);
    }
  });
  const std::vector<double> all(groups.size(), 1.0);
  const std::vector<double> stays = keep_largest(all, strengths, kept(rule.density, groups.size()));
  std::vector<double> numbers = weights.numbers;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t i = groups[g].first; i < groups[g].second; ++i) {
      numbers[i] = stays[g] == 0.0 ? 0.0 : numbers[i];
    }
  }
  return numbers;
}

}  // namespace

std::vector<std::vector<double>> pruned(const std::vector<Weights>& layers, const Pruning& rule) {
  if (rule.rule == Pruning::Rule::Magnitude && rule.global) {
    return by_magnitude_globally(layers, rule.density);
  }
  std::vector<std::vector<double>> results;
  for (const Weights& layer : layers) {
    results.push_back(rule.rule == Pruning::Rule::Magnitude ? by_magnitude(layer, rule.density)
                      : rule.rule == Pruning::Rule::NOfM    ? n_of_m(layer, rule)
                                                            : in_groups(layer, rule));
  }
  return results;
}

std::vector<double> pruning_schedule(double last, int steps) {
  std::vector<double> densities;
  for (int i = 1; i <= steps; ++i) {
    densities.push_back(last + (1.0 - last) * std::pow(1.0 - static_cast<double>(i) / steps, 3.0));
  }
  return densities;
}

}  // namespace pj
