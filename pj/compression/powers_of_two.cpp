#include "pj/compression/powers_of_two.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pj {

namespace {

/// The powers 2^largest, 2^(largest − 1), … that a rule has.
struct Powers {
  PowersOfTwo::Rule rule;
  int largest = 0;
  int count = 0;

  /// 0 for zero, k for the k-th largest power.
  int place(double magnitude) const {
    if (magnitude == 0.0) {
      return 0;
    }
    const double exponent = rule == PowersOfTwo::Rule::Log2
                                ? std::nearbyint(std::log2(magnitude))
                                : std::floor(std::log2(magnitude * 4.0 / 3.0));  // nearest: from 3/4 to 3/2 of it
    // The least power's own lower bound: half a step in the log, half its value in the number.
    const int least = largest - count + 1;
    const bool is_least = rule == PowersOfTwo::Rule::Inq && exponent < least && magnitude >= std::ldexp(0.5, least);
    const int nearest = is_least ? least : static_cast<int>(std::clamp(exponent, -1e6, 1e6));
    return nearest < least ? 0 : std::max(1, largest - nearest + 1);
  }
};

Powers powers_for(const std::vector<double>& numbers, const PowersOfTwo& rule) {
  double magnitude = 0.0;
  for (const double number : numbers) {
    magnitude = std::max(magnitude, std::abs(number));
  }
  Powers powers{.rule = rule.rule};
  powers.count = rule.rule == PowersOfTwo::Rule::Log2 ? (1 << (rule.bits - 1)) - 1 : 1 << (rule.bits - 2);
  if (magnitude > 0.0) {
    const double exponent = rule.rule == PowersOfTwo::Rule::Log2 ? std::nearbyint(std::log2(magnitude))
                                                                 : std::floor(std::log2(magnitude * 4.0 / 3.0));
    powers.largest = static_cast<int>(exponent);
  }
  return powers;
}

/// Zero, the powers from the largest on, and their negatives in the opposite order, so that −k is the k-th from the
/// end.
std::vector<double> table_of(const Powers& powers) {
  std::vector<double> table(2 * static_cast<std::size_t>(powers.count) + 1);
  for (int k = 1; k <= powers.count; ++k) {
    const double power = std::ldexp(1.0, powers.largest - k + 1);
    table[static_cast<std::size_t>(k)] = power;
    table[table.size() - static_cast<std::size_t>(k)] = -power;
  }
  return table;
}

/// The weights with the largest share of them quantised.
std::vector<double> partly(const Weights& weights, const std::vector<double>& quantised, double portion) {
  std::vector<std::size_t> order(quantised.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return std::abs(weights.numbers[a]) > std::abs(weights.numbers[b]); });
  std::vector<double> numbers = weights.numbers;
  const auto count = static_cast<std::size_t>(std::llround(portion * static_cast<double>(order.size())));
  for (std::size_t i = 0; i < count; ++i) {
    numbers[order[i]] = quantised[order[i]];
  }
  return numbers;
}

}  // namespace

CodedWeights as_powers_of_two(const Weights& weights, const PowersOfTwo& rule) {
  const Powers powers = powers_for(weights.numbers, rule);
  CodedWeights coded{.format = NumberFormat::log2(rule.bits), .table = table_of(powers)};
  for (const double number : weights.numbers) {
    const int place = powers.place(std::abs(number));
    coded.codes.push_back(number < 0.0 ? -place : place);
  }
  if (rule.portion < 1.0) {
    return {.format = NumberFormat::float32(), .reals = partly(weights, decoded(coded, weights), rule.portion)};
  }
  return coded;
}

std::vector<double> inq_schedule() {
  return {0.5, 0.75, 0.875, 1.0};
}

}  // namespace pj
