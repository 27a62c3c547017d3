#include "pj/sweep/parameter.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr double most_values = 1e6;

/// A number and the unit behind it.
struct Amount {
  double number = 0.0;
  std::string unit;
};

Amount amount_of(const YamlNode& node, const std::string& what) {
  const std::string& text = node.text(what);
  const std::size_t end = std::min(text.find_first_not_of("0123456789.eE+-"), text.size());
  const YamlNode number(node.position(), std::string(trimmed(std::string_view(text).substr(0, end))));
  return {number.number(what), std::string(trimmed(std::string_view(text).substr(end)))};
}

std::string text_of(double number, const std::string& unit) {
  return exact(number) + (unit.empty() ? "" : " " + unit);
}

/// Both ends of a range, in one unit.
std::pair<Amount, Amount> ends_of(const YamlNode& low, const YamlNode& high) {
  const std::pair<Amount, Amount> ends{amount_of(low, "the start of a range"), amount_of(high, "the end of a range")};
  if (ends.first.unit != ends.second.unit) {
    throw InputError(high.position(), "a range starts and ends in one unit; this one starts in '" + ends.first.unit +
                                          "' and ends in '" + ends.second.unit + "'");
  }
  if (ends.first.number > ends.second.number) {
    throw InputError(low.position(), "the range from " + low.text("from") + " to " + high.text("to") +
                                         " is empty; its end must not be below its start");
  }
  return ends;
}

std::vector<std::string> steps(const YamlNode& node) {
  const auto [low, high] = ends_of(node.at("from"), node.at("to"));
  const YamlNode& by = node.at("step");
  const Amount step = amount_of(by, "step");
  if (step.unit != low.unit) {
    throw InputError(by.position(), "the step must be in the unit of the range, '" + low.unit + "'");
  }
  if (!(step.number > 0.0)) {
    throw InputError(by.position(), "the step must be above 0, not " + by.text("step"));
  }
  const double count = std::floor((high.number - low.number) / step.number * (1.0 + 1e-12)) + 1.0;
  if (count > most_values) {
    throw InputError(node.position(), "this range has " + magnitude(count) + " values; a parameter has at most " +
                                          magnitude(most_values));
  }
  std::vector<std::string> values;
  for (double i = 0.0; i < count; i += 1.0) {
    values.push_back(text_of(low.number + i * step.number, low.unit));
  }
  return values;
}

std::vector<std::string> powers_of_two(const YamlNode& node) {
  const YamlNode::Sequence& list = node.sequence("powers_of_two");
  if (list.size() != 2) {
    throw InputError(node.position(), "'powers_of_two' wants the first and the last, as [16 KiB, 256 KiB]");
  }
  const auto [low, high] = ends_of(list[0], list[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    const double number = i == 0 ? low.number : high.number;
    int exponent = 0;
    if (number <= 0.0 || std::frexp(number, &exponent) != 0.5) {
      throw InputError(list[i].position(), list[i].text("the end of a range") + " is no power of two");
    }
  }
  std::vector<std::string> values;
  for (double number = low.number; number <= high.number; number *= 2.0) {
    values.push_back(text_of(number, low.unit));
  }
  return values;
}

std::vector<std::string> listed(const YamlNode& node) {
  std::vector<std::string> values;
  for (const YamlNode& item : node.sequence("the values")) {
    values.push_back(item.text("a value"));
  }
  if (values.empty()) {
    throw InputError(node.position(), "there is no value in this list; give at least one");
  }
  return values;
}

std::vector<std::string> values_of(const YamlNode& node) {
  if (!node.is_map()) {
    return listed(node);
  }
  node.allow_keys(std::vector<std::string>{"from", "to", "step", "powers_of_two", "values", "sets"});
  const bool has_step = node.find("from") != nullptr || node.find("to") != nullptr || node.find("step") != nullptr;
  const YamlNode* powers = node.find("powers_of_two");
  const YamlNode* values = node.find("values");
  if ((has_step ? 1 : 0) + (powers != nullptr ? 1 : 0) + (values != nullptr ? 1 : 0) != 1) {
    throw InputError(node.position(),
                     "values are a list, {from: 8, to: 16, step: 2} or {powers_of_two: [16 KiB, 256 KiB]}; give one");
  }
  return has_step ? steps(node) : powers != nullptr ? powers_of_two(*powers) : listed(*values);
}

/// Several paths whose values change in step.
SweepParameter together(const YamlNode& node) {
  SweepParameter parameter{.position = node.position()};
  for (const auto& [path, position, value] : node.map("together")) {
    const std::vector<std::string> values = values_of(value);
    if (!parameter.paths.empty() && values.size() != parameter.choices.size()) {
      throw InputError(position, "'" + path + "' has " + counted(static_cast<std::int64_t>(values.size()), "value") +
                                     " and '" + parameter.paths.front() + "' " +
                                     std::to_string(parameter.choices.size()) +
                                     "; values that change together are equally many");
    }
    parameter.paths.push_back(path);
    parameter.choices.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      parameter.choices[i].push_back(values[i]);
    }
  }
  if (parameter.paths.empty()) {
    throw InputError(node.position(), "nothing changes together here; name paths with their values");
  }
  return parameter;
}

/// One list of values, for the path of this name or for those that `sets` names.
SweepParameter alike(const std::string& name, const YamlNode& node) {
  SweepParameter parameter{.paths = {name}, .position = node.position()};
  if (const YamlNode* sets = node.find("sets")) {
    parameter.paths = listed(*sets);
  }
  for (const std::string& value : values_of(node)) {
    parameter.choices.emplace_back(parameter.paths.size(), value);
  }
  return parameter;
}

}  // namespace

SweepParameter read_parameter(const std::string& name, const YamlNode& node) {
  const YamlNode* linked = node.find("together");
  if (linked != nullptr) {
    node.allow_keys(std::vector<std::string>{"together"});
  }
  SweepParameter parameter = linked != nullptr ? together(*linked) : alike(name, node);
  auto sorted = parameter.choices;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    throw InputError(node.position(), "the value " + join(*twice, ", ") + " stands here twice; give each once");
  }
  return parameter;
}

}  // namespace pj
