#include <algorithm>
#include <cmath>

#include "pj/compression/activation_table.hpp"
#include "pj/compression/codebook.hpp"
#include "pj/compression/fixed_point.hpp"
#include "pj/compression/powers_of_two.hpp"
#include "pj/study/claim_computations.hpp"

namespace pj {

namespace {

constexpr std::int64_t quantiles = 500'000;  // at which a distribution is looked at, at equal distances in probability
constexpr int halvings = 45;

/// The number below which a normally distributed one is with this probability.
double normal_quantile(double probability) {
  double low = -10.0;
  double high = 10.0;
  for (int step = 0; step < halvings; ++step) {
    const double middle = (low + high) / 2.0;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

/// The same for Laplace's distribution of variance 1.
double laplace_quantile(double probability) {
  const double u = probability - 0.5;
  return -std::copysign(std::log(1.0 - 2.0 * std::abs(u)), u) / std::sqrt(2.0);
}

std::vector<double> distribution(const YamlNode& node) {
  const std::string& name = node.text("the distribution");
  if (name != "normal" && name != "laplace") {
    throw InputError(node.position(), "'" + name + "' is no distribution; give normal or laplace");
  }
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < quantiles; ++i) {
    const double probability = (static_cast<double>(i) + 0.5) / static_cast<double>(quantiles);
    numbers.push_back(name == "normal" ? normal_quantile(probability) : laplace_quantile(probability));
  }
  return numbers;
}

Weights as_weights(const std::vector<double>& numbers) {
  return {.numbers = numbers, .shape = {1, std::ssize(numbers)}};
}

CodedWeights quantised(const Weights& weights, const YamlNode& with) {
  const std::string& rule = with.at("rule").text("the rule");
  if (rule == "lloyd_max") {
    return with_codebook(weights, {.entries = static_cast<int>(with.at("levels").integer("levels", 2, 4096)),
                                   .start = Codebook::Start::Density});
  }
  const auto bits = static_cast<int>(with.at("bits").integer("bits", 2, 8));
  if (rule == "uniform") {
    return in_fixed_point(weights, {.bits = bits});
  }
  if (rule != "log2") {
    throw InputError(with.at("rule").position(), "'" + rule + "' is no rule; give uniform, log2 or lloyd_max");
  }
  return as_powers_of_two(weights, {.bits = bits});
}

}  // namespace

double quantiser_noise_ratio(const YamlNode& with) {
  const std::vector<double> numbers = distribution(with.at("of"));
  std::vector<double> bounded = numbers;
  if (const YamlNode* clip = with.find("clip")) {
    const double bound = clip->number("clip");
    for (double& number : bounded) {
      number = std::clamp(number, -bound, bound);
    }
    bounded.push_back(bound);  // so that the scale is the bound's
  }
  const Weights weights = as_weights(bounded);
  std::vector<double> found = decoded(quantised(weights, with), weights);
  found.resize(numbers.size());
  return -10.0 * std::log10(relative_error(numbers, found));
}

double activation_error(const YamlNode& with) {
  const Activation sigmoid{.kind = Activation::Kind::Sigmoid};
  ActivationTable rule{.rule = ActivationTable::Rule::Plan};
  if (const YamlNode* segments = with.find("segments")) {
    rule = {.segments = static_cast<int>(segments->integer("segments", 1, 1 << 16))};
  }
  const TableError error = error_of(lines_for(sigmoid, rule), sigmoid);
  return with.at("end").text("end") == "largest" ? error.largest : error.mean;
}

}  // namespace pj
