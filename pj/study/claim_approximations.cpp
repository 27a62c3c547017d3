#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "pj/base/random.hpp"
#include "pj/compression/compress.hpp"
#include "pj/compression/factors.hpp"
#include "pj/compression/stored_bits.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/statistics.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

NumberFormat claimed_format(const YamlNode& with) {
  const YamlNode& node = with.at("numbers");
  try {
    return parse_format(node.text("the number format"));
  } catch (const InputError& fault) {
    throw InputError(node.position(), fault.what());
  }
}

struct FormatField {
  const char* name;
  int (*bits)(const NumberFormat&);
};

constexpr std::array format_fields{
    FormatField{"sign", [](const NumberFormat&) { return 1; }},
    FormatField{"exponent", [](const NumberFormat& f) { return f.exponent; }},
    FormatField{"mantissa", [](const NumberFormat& f) { return f.bits - 1 - f.exponent; }},
};

/// (−1)^s · (1 + m / 2^M) · 2^(e − bias), with m / 2^M alone and the least exponent where e is 0 (IEEE 754).
double from_fields(std::uint64_t bits, const NumberFormat& format) {
  const int mantissa_bits = format.bits - 1 - format.exponent;
  const auto exponent = static_cast<int>(bits >> mantissa_bits & ((1U << format.exponent) - 1U));
  const double mantissa =
      std::ldexp(static_cast<double>(bits & ((std::uint64_t{1} << mantissa_bits) - 1)), -mantissa_bits);
  const int bias = (1 << (format.exponent - 1)) - 1;
  const double magnitude = std::ldexp(exponent == 0 ? mantissa : 1.0 + mantissa, std::max(exponent, 1) - bias);
  return (bits >> (format.bits - 1)) != 0 ? -magnitude : magnitude;
}

/// A network with random weights, and what rules make of it; activations are observed on random inputs.
struct Approximated {
  Network original, made;

  explicit Approximated(const YamlNode& with) : original(with_random_weights(claimed_network(with.at("of")))) {
    CompressionData data;
    data.observe = [](const Network& network) {
      Observations seen;
      Plan(network, {.watched = true}).run(random_inputs(network), [&](ValueId value, const Constant& tensor) {
        seen.add(network, value, tensor);
      });
      return seen;
    };
    made = compress(original, parse_rules(with.at("rules")), data).network;
  }
};

double output_noise_ratio(const Approximated& both) {
  const std::vector<Constant> inputs = random_inputs(both.original, claim_seed + 1);
  const auto numbers = [&](const Network& network) { return real_numbers(Plan(network).run(inputs).front()); };
  return -10.0 * std::log10(relative_error(numbers(both.original), numbers(both.made)));
}

double other_than_powers(const Approximated& both) {
  std::int64_t others = 0;
  for (std::size_t n = 0; n < both.made.nodes.size(); ++n) {
    for (const WeightPlace& place : weight_places(both.made, n)) {
      others += std::ranges::count_if(read_weights(both.made, place).numbers, [](double weight) {
        int exponent = 0;
        return weight != 0.0 && std::abs(std::frexp(weight, &exponent)) != 0.5;
      });
    }
  }
  return static_cast<double>(others);
}

struct ApproximationCount {
  const char* name;
  double (*of)(const Approximated&);
};

constexpr std::array approximation_counts{
    ApproximationCount{"fewer weights",
                       [](const Approximated& both) {
                         return static_cast<double>(statistics(both.original).weights()) /
                                static_cast<double>(statistics(both.made).weights());
                       }},
    ApproximationCount{"fewer bits",
                       [](const Approximated& both) {
                         return static_cast<double>(stored_bits(both.original).total()) /
                                static_cast<double>(stored_bits(both.made).total());
                       }},
    ApproximationCount{"output SNR", output_noise_ratio},
    ApproximationCount{"other than powers of two", other_than_powers},
};

Matrix random_factor(std::int64_t rows, std::int64_t rank, Rng& rng) {
  Matrix matrix(rows, rank);
  for (double& number : matrix.numbers) {
    number = 2.0 * rng.uniform() - 1.0;
  }
  return matrix;
}

}  // namespace

double approximation_count(const YamlNode& with) {
  const ApproximationCount& count = row_named(approximation_counts, with.at("count"), "count", "count");
  return count.of(Approximated(with));
}

double format_field(const YamlNode& with) {
  return row_named(format_fields, with.at("count"), "count", "field").bits(claimed_format(with));
}

double differing_floats(const YamlNode& with) {
  const NumberFormat format = claimed_format(with);
  if (format.kind != NumberFormat::Kind::Float || format.bits > 32) {
    throw InputError(with.at("numbers").position(), "this is for floating-point formats of at most 32 bits");
  }
  constexpr std::int64_t most = 1 << 16;  // bit patterns: all of 16 bits, a share of longer ones
  const std::uint64_t infinite = ((std::uint64_t{1} << format.exponent) - 1) << (format.bits - 1 - format.exponent);
  Rng rng(claim_seed);
  std::int64_t differing = 0;
  for (std::int64_t i = 0; i < most; ++i) {
    const auto bits = static_cast<std::uint64_t>(rng.between(0, (std::int64_t{1} << format.bits) - 1));
    if ((bits & infinite) != infinite) {  // what is there means infinity or no number
      Constant stored{format, {1}, std::vector<std::byte>(static_cast<std::size_t>(stored_bytes(format)))};
      std::memcpy(stored.bytes.data(), &bits, stored.bytes.size());  // the low bytes first, as on this processor
      differing += real_numbers(stored).front() == from_fields(bits, format) ? 0 : 1;
    }
  }
  return static_cast<double>(differing);
}

double differing_codes(const YamlNode& with) {
  const auto bits = static_cast<int>(with.at("bits").integer("bits", 2, 16));
  constexpr int most_fraction = 20;
  std::int64_t differing = 0;
  for (int fraction = -most_fraction; fraction <= most_fraction; ++fraction) {
    Weights weights{.shape = {1, std::int64_t{1} << bits}};
    for (int code = -(1 << (bits - 1)); code < 1 << (bits - 1); ++code) {
      weights.numbers.push_back((code < 0 ? -1.0 : 1.0) * std::abs(code) * std::exp2(-fraction));
    }
    const CodedWeights coded = in_fixed_point(weights, {.bits = bits, .scale = FixedPoint::Scale::PowerOfTwo});
    const std::vector<double> found = decoded(coded, weights);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool is_code = coded.codes[i] == static_cast<std::int64_t>(i) - (1 << (bits - 1));
      differing += is_code && found[i] == weights.numbers[i] ? 0 : 1;
    }
  }
  return static_cast<double>(differing);
}

double fraction_bits(const YamlNode& with) {
  return covering_fraction(with.at("largest").number("the largest magnitude"),
                           static_cast<int>(with.at("bits").integer("bits", 1, 32)));
}

double incremental_share(const YamlNode& with) {
  constexpr double percent = 100.0;
  const std::vector<double> schedule = inq_schedule();
  return percent * schedule[static_cast<std::size_t>(with.at("step").integer("step", 1, std::ssize(schedule)) - 1)];
}

double factor_error(const YamlNode& with) {
  constexpr int starts = 5;  // alternating least squares may end in a swamp; one of a few starts does not
  constexpr int rounds = 2000;
  constexpr std::int64_t most = 64;
  const YamlNode::Sequence& sizes = with.at("filters").sequence("filters");
  std::array<std::int64_t, 4> size{};
  if (sizes.size() != size.size()) {
    throw InputError(with.at("filters").position(), "filters have four sizes: [M, C, R, S]");
  }
  for (std::size_t i = 0; i < size.size(); ++i) {
    size[i] = sizes[i].integer("a size of the filters", 1, most);
  }
  const std::int64_t rank = with.at("rank").integer("rank", 1, most);
  Rng rng(claim_seed);
  Filters w{size[0], size[1], size[2], size[3], {}};
  w = multiplied(CpFactors{random_factor(w.M, rank, rng), random_factor(w.C, rank, rng), random_factor(w.R, rank, rng),
                           random_factor(w.S, rank, rng)},
                 w);
  double best = 1.0;
  for (int start = 0; start < starts; ++start) {
    best = std::min(best, relative_error(w.numbers, multiplied(cp_factors(w, rank, rounds, rng), w).numbers));
  }
  return best;
}

}  // namespace pj
