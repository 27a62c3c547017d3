#pragma once

#include <span>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"

namespace pj {

/// A computation that claims name: parameters by name in, one number out.
struct Computation {
  const char* name;
  const char* summary;
  std::vector<std::string> parameters;  ///< those that it knows
  double (*run)(const YamlNode& with);
};

/// All computations, the general ones first.
std::span<const Computation> computations();

/// The computation with this name; throws `InputError` at the place of the node, with "did you mean".
const Computation& find_computation(const YamlNode& name);

/// A number, or the result of `{compute: NAME, with: {…}}`.
double value_of(const YamlNode& node);

/// Throws `InputError` unless the node names a computation and parameters that it knows; also those inside.
void check_computation(const YamlNode& name, const YamlNode& with);

}  // namespace pj
