#include "pj/training/parameter_rule.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

ParameterRule masked(std::vector<bool> kept) {
  const auto clear = [kept = std::move(kept)](std::span<float> numbers) {
    ensure(numbers.size() == kept.size(), "a mask has as many entries as its parameter");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = kept[i] ? numbers[i] : 0.0F;
    }
  };
  return {.gradient = [clear](std::span<const float>, std::span<float> gradient) { clear(gradient); }, .after = clear};
}

std::vector<std::pair<const Parameter*, ParameterRule>> rules_of(const ParameterRules& rules,
                                                                 const ParameterList& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters.all) {
    names.push_back(parameter.name);
  }
  std::vector<std::pair<const Parameter*, ParameterRule>> found;
  for (const auto& [name, rule] : rules) {
    const auto place = std::ranges::find(names, name);
    if (place == names.end()) {
      throw InputError("no parameter '" + name + "'" + did_you_mean(name, names));
    }
    found.emplace_back(&parameters.all[static_cast<std::size_t>(place - names.begin())], rule);
  }
  return found;
}

}  // namespace pj
