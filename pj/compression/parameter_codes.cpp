#include "pj/compression/parameter_codes.hpp"

#include <algorithm>

#include "pj/compression/trained_ternary.hpp"

namespace pj {

namespace {

using Uses = std::function<void(std::span<const float>, std::span<float>)>;
using Changes = std::function<void(std::span<float>)>;

/// The numbers as what their codes stand for.
Uses through_codes(const Weights& weights, const Approximation& approximation) {
  Weights like = weights;
  like.numbers.clear();
  return [like, approximation](std::span<const float> kept, std::span<float> used) {
    Weights now = like;
    now.numbers.assign(kept.begin(), kept.end());
    const auto codes = coded(now, approximation);
    const std::vector<double> numbers = decoded(*codes, now);
    std::ranges::transform(numbers, used.begin(), [](double number) { return static_cast<float>(number); });
  };
}

/// Signs, computed at every step; ±1 take weights that are cut off at ±1, since beyond nothing changes any more
/// (Courbariaux, Bengio and David 2015, section 2.4).
ParameterRule sign_rule(const Weights& weights, const Signs& signs, ParameterRule rule) {
  if (signs.rule == Signs::Rule::Ttq) {
    rule.use = through_codes(weights, signs);
    rule.learned = trained_ternary(weights, signs);
    return rule;
  }
  Weights like = weights;
  like.numbers.clear();
  rule.use = [like, signs](std::span<const float> kept, std::span<float> used) { use_signs(kept, like, signs, used); };
  if (signs.rule == Signs::Rule::BinaryConnect || signs.rule == Signs::Rule::Bnn) {
    rule.after = [](std::span<float> kept) {
      std::ranges::transform(kept, kept.begin(), [](float number) { return std::clamp(number, -1.0F, 1.0F); });
    };
  }
  return rule;
}

/// The sum of each group's gradients for all of its members; zeros of pruned weights are no group.
Changes shared(const CodedWeights& codes, bool keeps_zeros) {
  return [groups = codes.codes, count = codes.table.size(), keeps_zeros](std::span<float> gradient) {
    std::vector<double> sums(count);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      sums[static_cast<std::size_t>(groups[i])] += static_cast<double>(gradient[i]);
    }
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const bool is_zero = keeps_zeros && groups[i] == 0;
      gradient[i] = is_zero ? 0.0F : static_cast<float>(sums[static_cast<std::size_t>(groups[i])]);
    }
  };
}

/// At first the shared values; from then on whoever shares one stays equal, as the gradients are.
Changes tied(const CodedWeights& codes) {
  return [codes, is_first = true](std::span<float> kept) mutable {
    for (std::size_t i = 0; is_first && i < kept.size(); ++i) {
      kept[i] = static_cast<float>(codes.table[static_cast<std::size_t>(codes.codes[i])]);
    }
    is_first = false;
  };
}

ParameterRule sharing_rule(const CodedWeights& codes, bool keeps_zeros) {
  const Changes change = shared(codes, keeps_zeros);
  return {.gradient = [change](std::span<const float>, std::span<float> gradient) { change(gradient); },
          .after = tied(codes)};
}

/// Those that the portion quantises stand still, and those that are powers already.
ParameterRule frozen(const Weights& weights, const PowersOfTwo& rule) {
  const std::vector<double> numbers = decoded(as_powers_of_two(weights, rule), weights);
  PowersOfTwo whole = rule;
  whole.portion = 1.0;
  const std::vector<double> powers = decoded(as_powers_of_two(weights, whole), weights);
  std::vector<bool> stands(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    stands[i] = numbers[i] != weights.numbers[i] || powers[i] == weights.numbers[i];
  }
  return {.gradient =
              [stands](std::span<const float>, std::span<float> gradient) {
                for (std::size_t i = 0; i < gradient.size(); ++i) {
                  gradient[i] = stands[i] ? 0.0F : gradient[i];
                }
              },
          .after =
              [stands, numbers](std::span<float> kept) {
                for (std::size_t i = 0; i < kept.size(); ++i) {
                  kept[i] = stands[i] ? static_cast<float>(numbers[i]) : kept[i];
                }
              }};
}

std::vector<bool> nonzeros(const Weights& weights) {
  std::vector<bool> kept;
  for (const double number : weights.numbers) {
    kept.push_back(number != 0.0);
  }
  return kept;
}

/// The codes of each kind of rule.
struct Coding {
  const Weights& weights;

  template <class Other>
  std::optional<CodedWeights> operator()(const Other&) const {
    return std::nullopt;
  }
  std::optional<CodedWeights> operator()(const FixedPoint& rule) const { return in_fixed_point(weights, rule); }
  std::optional<CodedWeights> operator()(const Signs& rule) const { return as_signs(weights, rule); }
  std::optional<CodedWeights> operator()(const PowersOfTwo& rule) const { return as_powers_of_two(weights, rule); }
  std::optional<CodedWeights> operator()(const Codebook& rule) const { return with_codebook(weights, rule); }
  std::optional<CodedWeights> operator()(const TiedWeights& rule) const { return with_ties(weights, rule); }
  std::optional<CodedWeights> operator()(const ShortFloat& rule) const {
    return CodedWeights{.format = rule.format, .reals = weights.numbers};
  }
};

}  // namespace

bool gives_codes(const Approximation& approximation) {
  return std::visit(
      []<class Rule>(const Rule&) {
        return std::is_same_v<Rule, FixedPoint> || std::is_same_v<Rule, Signs> || std::is_same_v<Rule, PowersOfTwo> ||
               std::is_same_v<Rule, Codebook> || std::is_same_v<Rule, TiedWeights> || std::is_same_v<Rule, ShortFloat>;
      },
      approximation);
}

std::optional<CodedWeights> coded(const Weights& weights, const Approximation& approximation) {
  return std::visit(Coding{weights}, approximation);
}

ParameterRule parameter_rule(const Weights& weights, const Approximation* approximation) {
  ParameterRule rule = weights.is_pruned() ? masked(nonzeros(weights)) : ParameterRule{};
  if (approximation == nullptr) {
    return rule;
  }
  if (const auto* inq = std::get_if<PowersOfTwo>(approximation);
      inq != nullptr && inq->rule == PowersOfTwo::Rule::Inq) {
    return frozen(weights, *inq);
  }
  if (std::holds_alternative<Codebook>(*approximation) || std::holds_alternative<TiedWeights>(*approximation)) {
    return sharing_rule(*coded(weights, *approximation), weights.is_pruned());
  }
  if (const auto* signs = std::get_if<Signs>(approximation)) {
    as_signs(weights, *signs);  // refuses what cannot have signs before hours of training
    return sign_rule(weights, *signs, std::move(rule));
  }
  rule.use = through_codes(weights, *approximation);
  return rule;
}

}  // namespace pj
