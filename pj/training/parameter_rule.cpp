#include "pj/training/parameter_rule.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

std::string values_name(const std::string& parameter) {
  return parameter + "/values";
}

}  // namespace

ParameterRule masked(std::vector<bool> kept) {
  const auto clear = [kept = std::move(kept)](std::span<float> numbers) {
    ensure(numbers.size() == kept.size(), "a mask has as many entries as its parameter");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = kept[i] ? numbers[i] : 0.0F;
    }
  };
  return {.gradient = [clear](std::span<const float>, std::span<float> gradient) { clear(gradient); }, .after = clear};
}

ParameterList with_learned_values(ParameterList parameters, const ParameterRules& rules) {
  std::vector<Parameter> values;
  for (const auto& [name, rule] : rules) {
    if (rule.learned) {
      const std::size_t count = rule.learned->start.size();
      values.push_back({.name = values_name(name),
                        .value = no_value,
                        .part = Parameter::Part::Scale,
                        .shape = {static_cast<std::int64_t>(count)},
                        .size = count});
    }
  }
  const auto place =
      std::ranges::find(parameters.all, Parameter::Role::Statistic, [](const Parameter& own) { return own.role; });
  parameters.all.insert(place, values.begin(), values.end());
  place_numbers(parameters);
  return parameters;
}

void PlacedRule::use(std::span<const float> kept, std::span<float> used) const {
  if (rule.learned) {
    rule.learned->use(parameter->of(kept), values->of(kept), parameter->of(used));
  } else if (rule.use) {
    rule.use(parameter->of(kept), parameter->of(used));
  }
}

void PlacedRule::change_gradient(std::span<const float> kept, std::span<float> gradient) const {
  if (rule.learned) {
    rule.learned->gradient(parameter->of(kept), values->of(kept), parameter->of(gradient), values->of(gradient));
  }
  if (rule.gradient) {
    rule.gradient(parameter->of(kept), parameter->of(gradient));
  }
}

void PlacedRule::change_kept(std::span<float> kept) const {
  if (rule.after) {
    rule.after(parameter->of(kept));
  }
}

std::vector<PlacedRule> rules_of(const ParameterRules& rules, const ParameterList& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters.all) {
    names.push_back(parameter.name);
  }
  const auto named = [&](const std::string& name) {
    const auto place = std::ranges::find(names, name);
    if (place == names.end()) {
      throw InputError("no parameter '" + name + "'" + did_you_mean(name, names));
    }
    return &parameters.all[static_cast<std::size_t>(place - names.begin())];
  };
  std::vector<PlacedRule> found;
  for (const auto& [name, rule] : rules) {
    found.push_back({rule, named(name), rule.learned ? named(values_name(name)) : nullptr});
  }
  return found;
}

}  // namespace pj
