#include "pj/kernels/requantize.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr int multiplier_bits = 31;
constexpr int largest_shift = 62;

/// Wide enough for a sum of 64 bits times a multiplier.
__extension__ using Wide = __int128;

template <class Number>
std::int64_t rounded(Number number, int shift) {
  if (shift == 0) {
    return static_cast<std::int64_t>(number);
  }
  const Number below = number >> shift;
  const Number rest = number - (below << shift);
  const Number half = Number{1} << (shift - 1);
  return static_cast<std::int64_t>(rest > half || (rest == half && below % 2 != 0) ? below + 1 : below);
}

/// The least exponent e with |x| < 2^e.
int exponent_of(double x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  return exponent;
}

/// The bits that are left for the multipliers of so many terms.
int term_bits(std::size_t terms, int bits) {
  const int sum_bits = bits <= 9 ? 31 : 61;
  return std::min(sum_bits - bits - static_cast<int>(std::bit_width(terms - 1)), multiplier_bits);
}

double largest_of(std::span<const double> factors) {
  double largest = 0.0;
  for (const double factor : factors) {
    largest = std::max(largest, std::abs(factor));
  }
  return largest;
}

Verdict is_shift(double factor, int shift) {
  if (std::isfinite(factor) && factor != 0.0 && shift >= 0 && shift <= largest_shift) {
    return Verdict::yes();
  }
  return Verdict::no("the factor " + significant(factor) + " has no multiplier and shift of 0 to 62 bits");
}

}  // namespace

double FixedPointFactor::value() const {
  return std::ldexp(multiplier, -shift);
}

Verdict is_fixed_point(double factor) {
  const bool may_round_up = factor >= std::ldexp(1.0, multiplier_bits - 1);
  return is_shift(factor > 0.0 && !may_round_up ? factor : 0.0, multiplier_bits - exponent_of(factor));
}

FixedPointFactor fixed_point(double factor) {
  ensure(static_cast<bool>(is_fixed_point(factor)), "factors of fixed point are asked for their range first");
  int exponent = exponent_of(factor);
  auto multiplier = std::llrint(std::ldexp(factor, multiplier_bits - exponent));
  if (multiplier == 1LL << multiplier_bits) {  // rounded up to the next power of two
    multiplier /= 2;
    ++exponent;
  }
  return {static_cast<std::int32_t>(multiplier), multiplier_bits - exponent};
}

std::int64_t rounded_shift(std::int64_t number, int shift) {
  return rounded(number, shift);
}

std::int64_t scaled(std::int64_t sum, const FixedPointFactor& factor) {
  const bool is_narrow = sum == static_cast<std::int32_t>(sum);
  return is_narrow ? rounded(sum * factor.multiplier, factor.shift)
                   : rounded(static_cast<Wide>(sum) * factor.multiplier, factor.shift);
}

std::int64_t requantized(std::int64_t sum, const Requantization& to) {
  return std::clamp(scaled(sum, to.factor) + to.zero, to.low, to.high);
}

Verdict are_fixed_point_terms(std::span<const double> factors, int bits) {
  const double largest = largest_of(factors);
  for (const double factor : factors) {
    if (!std::isfinite(factor)) {
      return Verdict::no("the factor " + significant(factor) + " is no number");
    }
  }
  return is_shift(largest, term_bits(factors.size(), bits) - exponent_of(largest));
}

FixedPointTerms fixed_point_terms(std::span<const double> factors, int bits) {
  ensure(static_cast<bool>(are_fixed_point_terms(factors, bits)), "terms are asked for their range first");
  FixedPointTerms terms{.shift = term_bits(factors.size(), bits) - exponent_of(largest_of(factors))};
  for (const double factor : factors) {
    terms.multipliers.push_back(std::llrint(std::ldexp(factor, terms.shift)));
  }
  return terms;
}

}  // namespace pj
