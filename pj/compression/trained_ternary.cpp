#include "pj/compression/trained_ternary.hpp"

#include <algorithm>
#include <cmath>

namespace pj {

namespace {

/// W_p and W_n, neither below 0.
struct TernaryValues {
  float positive, negative;

  explicit TernaryValues(std::span<const float> values)
      : positive(std::max(values[0], 0.0F)), negative(std::max(-values[1], 0.0F)) {}
};

}  // namespace

LearnedValues trained_ternary(const Weights& weights, const Signs& rule) {
  const CodedWeights means = as_signs(weights, rule);
  LearnedValues learned{.start = {static_cast<float>(means.table.at(1)), static_cast<float>(means.table.at(2))}};
  learned.use = [rule](std::span<const float> kept, std::span<const float> values, std::span<float> used) {
    const double delta = ternary_threshold(kept, rule);
    const TernaryValues own(values);
    std::ranges::transform(kept, used.begin(), [&](float number) {
      return std::abs(static_cast<double>(number)) <= delta ? 0.0F : number < 0.0F ? -own.negative : own.positive;
    });
  };
  learned.gradient = [rule](std::span<const float> kept, std::span<const float> values, std::span<float> gradient,
                            std::span<float> of_values) {
    const double delta = ternary_threshold(kept, rule);
    const TernaryValues own(values);
    double above = 0.0;
    double below = 0.0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (std::abs(static_cast<double>(kept[i])) > delta) {
        (kept[i] < 0.0F ? below : above) += static_cast<double>(gradient[i]);
        gradient[i] *= kept[i] < 0.0F ? own.negative : own.positive;
      }
    }
    of_values[0] = static_cast<float>(above);
    of_values[1] = static_cast<float>(below);
  };
  return learned;
}

}  // namespace pj
