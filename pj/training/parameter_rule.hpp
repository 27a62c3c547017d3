#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pj/training/parameters.hpp"

namespace pj {

/// What fine-tuning does to one parameter beside following its gradient; each function may be empty.
struct ParameterRule {
  /// What the network computes with (quantised weights, say), from what is kept; the gradient passes straight through
  /// (Bengio, Léonard and Courville 2013).
  std::function<void(std::span<const float> kept, std::span<float> used)> use;
  /// Changes the gradient before the step.
  std::function<void(std::span<const float> kept, std::span<float> gradient)> gradient;
  /// Changes what is kept after each step, and before the first.
  std::function<void(std::span<float> kept)> after;
};

/// Rules by the names of the parameters.
using ParameterRules = std::map<std::string, ParameterRule>;

/// Keeps the weights that are 0 at 0: a pruned layer stays pruned while the others are trained (Han et al. 2015).
ParameterRule masked(std::vector<bool> kept);

/// The rules with their parameters. Throws `InputError` where a name is none of a parameter, with "did you mean".
std::vector<std::pair<const Parameter*, ParameterRule>> rules_of(const ParameterRules& rules,
                                                                 const ParameterList& parameters);

}  // namespace pj
