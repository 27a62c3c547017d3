#pragma once

#include <string>
#include <vector>

#include "pj/base/yaml.hpp"

namespace pj {

/// Values of a machine file that change together: each choice has a value for every path.
struct SweepParameter {
  std::vector<std::string> paths;                 ///< as `--set` takes them: `buffer.capacity`, `clock`
  std::vector<std::vector<std::string>> choices;  ///< at least one; none stands there twice
  Position position;

  bool operator==(const SweepParameter&) const = default;
};

/// Reads one entry of a study's `parameters` (docs/sweep.md): a list of values, `{from: 8, to: 16, step: 2}`,
/// `{powers_of_two: [16 KiB, 256 KiB]}`, one of these with `sets: [PATH, …]`, or `{together: {PATH: values, …}}`.
/// Every fault is an `InputError` with its place.
SweepParameter read_parameter(const std::string& name, const YamlNode& node);

}  // namespace pj
