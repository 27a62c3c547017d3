#include "pj/base/yaml.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "pj/base/text.hpp"

namespace pj {

namespace {

std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  return "'" + std::string(text.substr(0, most)) + (text.size() > most ? "…'" : "'");
}

double parse_number(std::string_view text, const Position& position, std::string_view what) {
  double number = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    throw InputError(position, std::string(what) + " must be a finite number, not " + shown(text));
  }
  return number;
}

}  // namespace

YamlNode::YamlNode() = default;

YamlNode::YamlNode(Position position, std::string scalar) : position_(std::move(position)), value_(std::move(scalar)) {}

YamlNode::YamlNode(Position position, Sequence items) : position_(std::move(position)), value_(std::move(items)) {}

YamlNode::YamlNode(Position position, Map entries) : position_(std::move(position)), value_(std::move(entries)) {}

bool YamlNode::is_map() const {
  return std::holds_alternative<Map>(value_);
}

const std::string& YamlNode::text(std::string_view what) const {
  if (const auto* scalar = std::get_if<std::string>(&value_)) {
    return *scalar;
  }
  throw InputError(position_, std::string(what) + " must be a single value, not a list or a map");
}

std::int64_t YamlNode::integer(std::string_view what, std::int64_t low, std::int64_t high) const {
  const std::string& scalar = text(what);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(scalar.data(), scalar.data() + scalar.size(), number);
  if (fault == std::errc::invalid_argument || end != scalar.data() + scalar.size()) {
    throw InputError(position_, std::string(what) + " must be a whole number, not " + shown(scalar));
  }
  if (fault != std::errc{} || number < low || number > high) {
    throw InputError(position_, std::string(what) + " must be from " + grouped(low) + " to " + grouped(high) +
                                    ", not " + shown(scalar));
  }
  return number;
}

double YamlNode::number(std::string_view what) const {
  return parse_number(text(what), position_, what);
}

bool YamlNode::boolean(std::string_view what) const {
  const std::string& scalar = text(what);
  if (scalar == "true" || scalar == "yes" || scalar == "on") {
    return true;
  }
  if (scalar == "false" || scalar == "no" || scalar == "off") {
    return false;
  }
  throw InputError(position_, std::string(what) + " must be true or false, not " + shown(scalar));
}

double YamlNode::quantity(std::string_view what, std::span<const std::pair<std::string, double>> units) const {
  const std::string& scalar = text(what);
  const std::size_t end = std::min(scalar.find_first_not_of("0123456789.eE+-"), scalar.size());
  const std::string_view unit = trimmed(std::string_view(scalar).substr(end));
  std::vector<std::string> names;
  for (const auto& [name, factor] : units) {
    if (name == unit) {
      const double value = factor * parse_number(trimmed(std::string_view(scalar).substr(0, end)), position_, what);
      if (!std::isfinite(value)) {
        throw InputError(position_, std::string(what) + " is too large: " + shown(scalar));
      }
      return value;
    }
    names.push_back(name);
  }
  throw InputError(
      position_, std::string(what) + " must be a number with a unit (" + join(names, ", ") + "), not " + shown(scalar));
}

const YamlNode::Sequence& YamlNode::sequence(std::string_view what) const {
  if (const auto* items = std::get_if<Sequence>(&value_)) {
    return *items;
  }
  throw InputError(position_, std::string(what) + " must be a list");
}

const YamlNode::Map& YamlNode::map(std::string_view what) const {
  if (const auto* entries = std::get_if<Map>(&value_)) {
    return *entries;
  }
  throw InputError(position_, std::string(what) + " must be a map of keys and values");
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto* entries = std::get_if<Map>(&value_);
  if (entries == nullptr) {
    return nullptr;
  }
  const auto found = std::find_if(entries->begin(), entries->end(), [&](const Entry& e) { return e.key == key; });
  return found == entries->end() ? nullptr : &found->value;
}

const YamlNode& YamlNode::at(std::string_view key) const {
  if (const YamlNode* value = find(key)) {
    return *value;
  }
  throw InputError(position_, "the key '" + std::string(key) + "' is missing here");
}

void YamlNode::allow_keys(std::span<const std::string> known) const {
  for (const Entry& entry : map("this")) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      throw InputError(entry.position, "unknown key " + shown(entry.key) + did_you_mean(entry.key, known));
    }
  }
}

}  // namespace pj
