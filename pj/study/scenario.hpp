#pragma once

#include <string>
#include <vector>

#include "pj/study/limits.hpp"

namespace pj {

/// What a place of use asks of a machine: the bounds of its power, latency, bandwidth and the like.
struct Scenario {
  std::string name;
  std::string title;
  std::string source;
  std::vector<Limit> limits;

  bool operator==(const Scenario&) const = default;
};

/// Reads a scenario from its YAML form (docs/compare.md). Every fault is an `InputError` with its place.
Scenario parse_scenario(const YamlNode& file);

/// A scenario that comes along by its name, or one from a `.yaml` file; throws `InputError` with "did you mean".
Scenario load_scenario(const std::string& name_or_path);

}  // namespace pj
