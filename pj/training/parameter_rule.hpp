#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pj/training/parameters.hpp"

namespace pj {

/// Numbers that a rule learns beside its parameter, with gradients of their own (the two values of trained ternary
/// weights, say).
struct LearnedValues {
  std::vector<float> start;
  /// What the network computes with, from what is kept and the values.
  std::function<void(std::span<const float> kept, std::span<const float> values, std::span<float> used)> use;
  /// Turns the gradient of what is used into that of what is kept, and into that of the values.
  std::function<void(std::span<const float> kept, std::span<const float> values, std::span<float> gradient,
                     std::span<float> of_values)>
      gradient;
};

/// What fine-tuning does to one parameter beside following its gradient; each function may be empty.
struct ParameterRule {
  /// What the network computes with (quantised weights, say), from what is kept; the gradient passes straight through
  /// (Bengio, Léonard and Courville 2013).
  std::function<void(std::span<const float> kept, std::span<float> used)> use;
  /// Changes the gradient before the step.
  std::function<void(std::span<const float> kept, std::span<float> gradient)> gradient;
  /// Changes what is kept after each step, and before the first.
  std::function<void(std::span<float> kept)> after;
  /// In the place of `use`, where the rule has numbers of its own.
  std::optional<LearnedValues> learned = {};
};

/// Rules by the names of the parameters.
using ParameterRules = std::map<std::string, ParameterRule>;

/// Keeps the weights that are 0 at 0: a pruned layer stays pruned while the others are trained (Han et al. 2015).
ParameterRule masked(std::vector<bool> kept);

/// The parameters of a network, and behind those that are learned the values that rules learn beside them.
ParameterList with_learned_values(ParameterList parameters, const ParameterRules& rules);

/// A rule and where its numbers lie.
struct PlacedRule {
  ParameterRule rule;
  const Parameter* parameter = nullptr;
  const Parameter* values = nullptr;  ///< nowhere: the rule learns none

  /// What the network computes with, of all numbers that are kept.
  void use(std::span<const float> kept, std::span<float> used) const;
  /// Changes its part of the gradient of all numbers.
  void change_gradient(std::span<const float> kept, std::span<float> gradient) const;
  /// Changes its part of all numbers after a step.
  void change_kept(std::span<float> kept) const;
};

/// The rules with their parameters. Throws `InputError` where a name is none of a parameter, with "did you mean".
std::vector<PlacedRule> rules_of(const ParameterRules& rules, const ParameterList& parameters);

}  // namespace pj
