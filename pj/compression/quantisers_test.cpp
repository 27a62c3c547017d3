#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/compression/codebook.hpp"
#include "pj/compression/fixed_point.hpp"
#include "pj/compression/powers_of_two.hpp"
#include "pj/compression/signs.hpp"
#include "pj/compression/tied_weights.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

constexpr std::int64_t many = 100'000;

Weights row_of(const std::vector<double>& numbers) {
  return {.numbers = numbers, .shape = {1, std::ssize(numbers)}};
}

Weights random_weights(Rng& rng) {
  const Sizes shape{rng.between(1, 8), rng.between(1, 30)};
  return {.numbers = bell(rng, element_count(shape)), .shape = shape};
}

/// The quantiles of Laplace's distribution with variance 1, at equal distances in probability.
std::vector<double> laplacian(std::int64_t count) {
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(count) - 0.5;
    numbers.push_back(-std::copysign(std::log(1.0 - 2.0 * std::abs(u)), u) / std::sqrt(2.0));
  }
  return numbers;
}

/// The quantiles of the normal distribution, likewise, by halving intervals.
std::vector<double> normal(std::int64_t count) {
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    double low = -10.0;
    double high = 10.0;
    for (int step = 0; step < 40; ++step) {
      const double middle = (low + high) / 2.0;
      (0.5 * std::erfc(-middle / std::sqrt(2.0)) < u ? low : high) = middle;
    }
    numbers.push_back((low + high) / 2.0);
  }
  return numbers;
}

/// The numbers, none beyond the bound, and one at it.
std::vector<double> clipped(std::vector<double> numbers, double bound) {
  for (double& number : numbers) {
    number = std::clamp(number, -bound, bound);
  }
  numbers.push_back(bound);
  return numbers;
}

double decibels(const Weights& weights, const CodedWeights& codes) {
  return -10.0 * std::log10(relative_error(weights.numbers, decoded(codes, weights)));
}

double squared_error(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sum;
}

}  // namespace

TEST_CASE("a fixed-point number is the nearest that its codes have") {
  for_random_cases(200, [](Rng& rng) {
    const Weights weights = random_weights(rng);
    FixedPoint rule{.bits = static_cast<int>(rng.between(1, 8)),
                    .scale = static_cast<FixedPoint::Scale>(rng.between(0, 2)),
                    .per_channel = rng.chance(0.5)};
    rule.affine = rule.scale == FixedPoint::Scale::Max && rng.chance(0.5);
    const CodedWeights codes = in_fixed_point(weights, rule);
    const auto found = decoded(codes, weights);
    const std::int64_t low = rule.affine ? 0 : -(std::int64_t{1} << (rule.bits - 1));
    for (std::size_t i = 0; i < found.size(); ++i) {  // the plain twin: every code is tried
      const std::size_t part = codes.scales.size() == 1 ? 0 : weights.channel(i);
      const std::int64_t zero = codes.zero_points.empty() ? 0 : codes.zero_points[part];
      double least = std::numeric_limits<double>::infinity();
      for (std::int64_t code = low; code < low + (std::int64_t{1} << rule.bits); ++code) {
        least = std::min(least, std::abs(static_cast<double>(code - zero) * codes.scales[part] - weights.numbers[i]));
      }
      CHECK(std::abs(found[i] - weights.numbers[i]) <= least + 1e-6 * (1.0 + std::abs(weights.numbers[i])));
    }
  });
}

TEST_CASE("all 256 codes of 8 bits mean (-1)^s m 2^-f") {
  std::vector<double> numbers;
  for (int code = -128; code < 128; ++code) {
    numbers.push_back(std::ldexp(code, -5));
  }
  const CodedWeights codes = in_fixed_point(row_of(numbers), {.scale = FixedPoint::Scale::PowerOfTwo});
  CHECK(codes.scales == std::vector<double>{std::ldexp(1.0, -5)});
  CHECK(decoded(codes, row_of(numbers)) == numbers);
  for (int code = -128; code < 128; ++code) {
    CHECK(codes.codes[static_cast<std::size_t>(code + 128)] == code);
  }
}

TEST_CASE("the covering fraction leaves as many integer bits as a magnitude needs") {
  CHECK(covering_fraction(7.9, 8) == 4);   // sign, 3 integer bits
  CHECK(covering_fraction(0.49, 8) == 8);  // all bits behind the point, and one more
  CHECK(covering_fraction(100.0, 4) == -4);
  CHECK(covering_fraction(0.0, 8) == 7);
}

TEST_CASE("the searched fraction has the least squared error of all") {
  for_random_cases(100, [](Rng& rng) {
    const Weights weights = random_weights(rng);
    const int bits = static_cast<int>(rng.between(2, 8));
    const double found =
        squared_error(weights.numbers,
                      decoded(in_fixed_point(weights, {.bits = bits, .scale = FixedPoint::Scale::Searched}), weights));
    for (int f = -2; f < 12; ++f) {
      std::vector<double> other;
      for (const double number : weights.numbers) {
        const double most = std::ldexp(1.0, bits - 1);
        other.push_back(std::ldexp(std::clamp(std::nearbyint(std::ldexp(number, f)), -most, most - 1.0), -f));
      }
      CHECK(found <= squared_error(weights.numbers, other) + 1e-9);
    }
  });
}

TEST_CASE("2 and 4 levels for a bell have the ratios of signal to noise of Max 1960, table I") {
  const Weights weights = row_of(normal(many));
  const CodedWeights lloyd = with_codebook(weights, {.entries = 4, .start = Codebook::Start::Density});
  CHECK(decibels(weights, lloyd) == doctest::Approx(9.30).epsilon(0.01));
  const CodedWeights two = with_codebook(weights, {.entries = 2, .start = Codebook::Start::Density});
  CHECK(decibels(weights, two) == doctest::Approx(4.40).epsilon(0.01));
}

TEST_CASE("4 bits of powers of two beat uniform ones for Laplacian weights, and not for a bell") {
  // Recomputed from the definitions: uniform symmetric codes up to 4 and 6 deviations, the nearest exponent else.
  const Weights round = row_of(normal(many));
  const Weights sharp = row_of(laplacian(many));
  const auto check = [](const Weights& weights, double bound, const auto& code, double expected) {
    const Weights bounded = row_of(clipped(weights.numbers, bound));
    auto found = decoded(code(bounded), bounded);
    found.pop_back();  // the bound itself
    CHECK(std::abs(-10.0 * std::log10(relative_error(weights.numbers, found)) - expected) < 0.1);
  };
  const auto uniform = [](int bits) {
    return [bits](const Weights& weights) { return in_fixed_point(weights, {.bits = bits}); };
  };
  const auto powers = [](const Weights& weights) { return as_powers_of_two(weights, {.bits = 4}); };
  check(round, 4.0, uniform(6), 28.56);
  check(round, 4.0, uniform(4), 15.65);
  check(round, 4.0, powers, 13.84);
  check(sharp, 6.0, uniform(4), 12.30);
  check(sharp, 6.0, powers, 13.77);
}

TEST_CASE("rounded exponents and rounded numbers are those of all powers and zero") {
  for_random_cases(200, [](Rng& rng) {
    const Weights weights = random_weights(rng);
    const PowersOfTwo rule{.rule = PowersOfTwo::Rule::Inq, .bits = static_cast<int>(rng.between(2, 6))};
    const CodedWeights codes = as_powers_of_two(weights, rule);
    const auto found = decoded(codes, weights);
    for (std::size_t i = 0; i < found.size(); ++i) {  // the plain twin: every level is tried
      double least = std::numeric_limits<double>::infinity();
      for (const double level : codes.table) {
        least = std::min(least, std::abs(level - weights.numbers[i]));
      }
      CHECK(std::abs(found[i] - weights.numbers[i]) <= least + 1e-12);
    }
  });
}

TEST_CASE("INQ's largest power is 2^floor(log2(4s/3)) and it has 2^(b-2) of them") {
  const CodedWeights codes =
      as_powers_of_two(row_of({0.9, -0.2, 0.01, 0.004}), {.rule = PowersOfTwo::Rule::Inq, .bits = 5});
  CHECK(codes.table.size() == 2 * 8 + 1);
  CHECK(codes.table[1] == 1.0);  // 4 · 0.9 / 3 = 1.2
  CHECK(codes.codes == std::vector<std::int64_t>{1, -3, 8, 8});
  CHECK(inq_schedule() == std::vector<double>{0.5, 0.75, 0.875, 1.0});
}

TEST_CASE("a portion of INQ quantises the largest weights and leaves the others") {
  const Weights weights = row_of({0.9, -0.3, 0.05, 0.6});
  const PowersOfTwo rule{.rule = PowersOfTwo::Rule::Inq, .bits = 5, .portion = 0.5};
  const CodedWeights codes = as_powers_of_two(weights, rule);
  CHECK(codes.format == NumberFormat::float32());
  CHECK(codes.reals == std::vector<double>{1.0, -0.3, 0.05, 0.5});
}

TEST_CASE("TWN's threshold and scale are the formulas' own") {
  const Weights weights = row_of({1.0, -0.8, 0.1, -0.3, 0.05, 0.75});  // mean |w| 0.5, Δ = 0.375
  const CodedWeights codes = as_signs(weights, {.rule = Signs::Rule::Twn});
  CHECK(codes.codes == std::vector<std::int64_t>{1, -1, 0, 0, 0, 1});
  CHECK(codes.scales.front() == doctest::Approx((1.0 + 0.8 + 0.75) / 3.0));
  CHECK(codes.format == NumberFormat::ternary());
}

TEST_CASE("TTQ has a value for either side of its threshold") {
  const Weights weights = row_of({1.0, 0.5, -0.2, 0.04, -0.6});
  const CodedWeights codes = as_signs(weights, {.rule = Signs::Rule::Ttq});
  const auto found = decoded(codes, weights);
  CHECK(found[0] == doctest::Approx(0.75));
  CHECK(found[2] == doctest::Approx(-0.4));
  CHECK(found[3] == 0.0);
}

TEST_CASE("weights with one value on either side are TTQ's already, and keep theirs") {
  for (const auto& numbers :
       {std::vector<double>{0.5, -0.0078125, 0.0, 0.5, -0.0078125}, {0.25, 0.0, 0.25}, {-1.0, -1.0}}) {
    const Weights weights = row_of(numbers);
    CHECK(decoded(as_signs(weights, {.rule = Signs::Rule::Ttq}), weights) ==
          std::vector<double>(weights.numbers.begin(), weights.numbers.end()));
  }
}

TEST_CASE("BWN's scale is the least-squares one of each channel, BinaryConnect has none") {
  const Weights weights{.numbers = {1.0, -3.0, 0.5, 0.5}, .shape = {2, 2}};
  CHECK(decoded(as_signs(weights, {.rule = Signs::Rule::Bwn}), weights) == std::vector<double>{2.0, -2.0, 0.5, 0.5});
  CHECK(decoded(as_signs(weights, {.rule = Signs::Rule::Bnn}), weights) == std::vector<double>{1.0, -1.0, 1.0, 1.0});
}

TEST_CASE("pruned weights have no binary or affine codes and share no values") {
  const Weights weights{.numbers = {0.0, 1.0}, .shape = {1, 2}, .storage = parse_storage("bitmask density 0.5")};
  CHECK_THROWS_WITH_AS(as_signs(weights, {}),
                       "binary weights have no zero, so that pruned ones would come back; use twn or ttq", InputError);
  CHECK_THROWS_WITH_AS(in_fixed_point(weights, {.affine = true}),
                       "pruned weights keep their zeros in symmetric codes only; leave 'affine' out", InputError);
  CHECK_THROWS_WITH_AS(with_ties(weights, {}),
                       "pruned weights would come back where they share a value with others; leave pruning out",
                       InputError);
  CHECK_THROWS_WITH_AS(as_signs(row_of({0.0, 0.0}), {.rule = Signs::Rule::Twn}),
                       "no weight is beyond the threshold; choose a smaller one", InputError);
}

TEST_CASE("k-means ends where no other assignment to its means and no other mean lowers the error") {
  for_random_cases(200, [](Rng& rng) {
    Weights weights = random_weights(rng);
    const Codebook rule{.entries = static_cast<int>(rng.between(2, 12)),
                        .start = static_cast<Codebook::Start>(rng.between(0, 2)),
                        .seed = static_cast<std::uint64_t>(rng.between(0, 1000))};
    const CodedWeights codes = with_codebook(weights, rule);
    std::vector<double> sums(codes.table.size());
    std::vector<double> counts(codes.table.size());
    for (std::size_t i = 0; i < weights.numbers.size(); ++i) {
      const auto code = static_cast<std::size_t>(codes.codes[i]);
      for (const double entry : codes.table) {
        CHECK(std::abs(codes.table[code] - weights.numbers[i]) <= std::abs(entry - weights.numbers[i]) + 1e-6);
      }
      sums[code] += weights.numbers[i];
      counts[code] += 1.0;
    }
    for (std::size_t code = 0; code < codes.table.size(); ++code) {
      CHECK(codes.table[code] == doctest::Approx(sums[code] / counts[code]).epsilon(1e-5));
    }
  });
}

TEST_CASE("zeros of pruned weights keep the entry 0") {
  Weights weights = row_of({0.0, 0.0, 0.3, -0.4, 0.0, 0.31});
  weights.storage = parse_storage("bitmask density 0.5");
  const CodedWeights codes = with_codebook(weights, {.entries = 3});
  CHECK(codes.table.front() == 0.0);
  CHECK(codes.table.size() == 3);
  CHECK(codes.codes == std::vector<std::int64_t>{0, 0, 2, 1, 0, 2});
}

TEST_CASE("weights that share a value take their mean") {
  for_random_cases(100, [](Rng& rng) {
    const Weights weights = random_weights(rng);
    const TiedWeights rule{.ratio = 1.0 + 5.0 * rng.uniform(), .seed = static_cast<std::uint64_t>(rng.between(0, 99))};
    const CodedWeights codes = with_ties(weights, rule);
    const auto values = static_cast<double>(weights.numbers.size()) / rule.ratio;
    CHECK(codes.table.size() == static_cast<std::size_t>(std::max(1.0, std::round(values))));
    CHECK(tying_of(weights.shape, rule).values == codes.codes);  // the places alone say who shares
    for (std::size_t i = 0; i < codes.table.size(); ++i) {
      double sum = 0.0;
      double count = 0.0;
      for (std::size_t j = 0; j < codes.codes.size(); ++j) {
        const bool shares = codes.codes[j] == static_cast<std::int64_t>(i);
        sum += shares ? weights.numbers[j] : 0.0;
        count += shares ? 1.0 : 0.0;
      }
      CHECK(codes.table[i] == doctest::Approx(count == 0.0 ? 0.0 : sum / count).epsilon(1e-6));
    }
  });
}

TEST_CASE("a circulant block multiplies as a cyclic convolution with its first column") {
  for_random_cases(50, [](Rng& rng) {
    const std::int64_t b = rng.between(2, 8);
    const Weights weights{.numbers = bell(rng, b * b), .shape = {b, b}};
    const CodedWeights codes = with_ties(weights, {.rule = TiedWeights::Rule::Circulant, .block = b});
    CHECK(std::ssize(codes.table) == b);
    const auto dense = decoded(codes, weights);
    const auto x = bell(rng, b);
    for (std::int64_t m = 0; m < b; ++m) {
      double product = 0.0;
      double convolution = 0.0;
      for (std::int64_t c = 0; c < b; ++c) {
        product += dense[static_cast<std::size_t>(m * b + c)] * x[static_cast<std::size_t>(c)];
        convolution += dense[static_cast<std::size_t>((m - c + b) % b * b)] * x[static_cast<std::size_t>(c)];
      }
      CHECK(std::abs(product - convolution) < 1e-6);
    }
  });
}

TEST_CASE("ragged circulant blocks are cut off, and vectors cannot be circulant") {
  const Weights weights{.numbers = std::vector<double>(15, 1.0), .shape = {3, 5}};
  const CodedWeights codes = with_ties(weights, {.rule = TiedWeights::Rule::Circulant, .block = 2});
  CHECK(codes.table.size() == 2 * 3 * 2);
  CHECK(decoded(codes, weights) == weights.numbers);
  CHECK_THROWS_WITH_AS(with_ties(row_of({1.0}), {.rule = TiedWeights::Rule::Circulant}),
                       "weights of 1×1 have no matrix of channels to be made circulant", InputError);
}

}  // namespace pj
