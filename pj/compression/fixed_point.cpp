#include "pj/compression/fixed_point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/base/error.hpp"

namespace pj {

namespace {

struct CodeRange {
  double low, high;
};

CodeRange range_of(const NumberFormat& format) {
  const double half = std::ldexp(1.0, format.bits - 1);
  return format.is_signed ? CodeRange{-half, half - 1.0} : CodeRange{0.0, 2.0 * half - 1.0};
}

/// Some numbers with one scale.
using Part = std::vector<double>;

double squared_error(const Part& numbers, double scale, const CodeRange& range) {
  double sum = 0.0;
  for (const double number : numbers) {
    const double error = std::clamp(std::nearbyint(number / scale), range.low, range.high) * scale - number;
    sum += error * error;
  }
  return sum;
}

double largest_magnitude(const Part& numbers) {
  double largest = 0.0;
  for (const double number : numbers) {
    largest = std::max(largest, std::abs(number));
  }
  return largest;
}

double searched_scale(const Part& numbers, int bits, const CodeRange& range) {
  const int covering = covering_fraction(largest_magnitude(numbers), bits);
  double best = std::ldexp(1.0, -covering);
  double least = std::numeric_limits<double>::infinity();
  for (int fraction = covering; fraction <= covering + finer_fractions; ++fraction) {
    const double scale = std::ldexp(1.0, -fraction);
    const double error = squared_error(numbers, scale, range);
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}

double symmetric_scale(const Part& numbers, const FixedPoint& rule, const CodeRange& range) {
  const double largest = largest_magnitude(numbers);
  switch (rule.scale) {
    case FixedPoint::Scale::PowerOfTwo:
      return std::ldexp(1.0, -covering_fraction(largest, rule.bits));
    case FixedPoint::Scale::Searched:
      return searched_scale(numbers, rule.bits, range);
    default:
      return largest == 0.0 ? 1.0 : largest / std::max(1.0, range.high);
  }
}

/// Every number's part: one part, or one an output channel.
std::vector<Part> parts_of(const Weights& weights, bool per_channel) {
  if (!per_channel) {
    return {weights.numbers};
  }
  std::vector<Part> parts(static_cast<std::size_t>(weights.channels()));
  for (std::size_t i = 0; i < weights.numbers.size(); ++i) {
    parts[weights.channel(i)].push_back(weights.numbers[i]);
  }
  return parts;
}

void add_affine(CodedWeights& coded, const Part& numbers, const CodeRange& range) {
  const double low = numbers.empty() ? 0.0 : std::min(0.0, std::ranges::min(numbers));
  const double high = numbers.empty() ? 0.0 : std::max(0.0, std::ranges::max(numbers));
  const double scale = high > low ? (high - low) / range.high : 1.0;
  coded.scales.push_back(static_cast<float>(scale));
  coded.zero_points.push_back(static_cast<std::int64_t>(std::nearbyint(-low / scale)));
}

}  // namespace

int covering_fraction(double magnitude, int bits) {
  return bits - 1 - (magnitude == 0.0 ? 0 : static_cast<int>(std::ceil(std::log2(magnitude))));
}

CodedWeights in_fixed_point(const Weights& weights, const FixedPoint& rule) {
  if (rule.affine && weights.is_pruned()) {
    throw InputError("pruned weights keep their zeros in symmetric codes only; leave 'affine' out");
  }
  CodedWeights coded{.format = NumberFormat::fixed(rule.bits, !rule.affine)};
  const CodeRange range = range_of(coded.format);
  for (const Part& part : parts_of(weights, rule.per_channel)) {
    if (rule.affine) {
      add_affine(coded, part, range);
    } else {
      coded.scales.push_back(static_cast<float>(symmetric_scale(part, rule, range)));
    }
  }
  for (std::size_t i = 0; i < weights.numbers.size(); ++i) {
    const std::size_t part = rule.per_channel ? weights.channel(i) : 0;
    const double zero = rule.affine ? static_cast<double>(coded.zero_points[part]) : 0.0;
    const double code = std::nearbyint(weights.numbers[i] / coded.scales[part]) + zero;
    coded.codes.push_back(static_cast<std::int64_t>(std::clamp(code, range.low, range.high)));
  }
  return coded;
}

}  // namespace pj
