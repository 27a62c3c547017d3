#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/study/mapping_cache.hpp"

namespace pj {

/// What claims are computed with beside their parameters.
struct ClaimMeans {
  const MappingCache* cache = nullptr;                           ///< shared by all; null: none
  std::vector<std::string> data_folders{"/usr/share/datasets"};  ///< that hold the data sets which claims name
};

/// A computation that claims name: parameters by name in, one number out.
struct Computation {
  const char* name;
  const char* summary;
  std::vector<std::string> parameters;  ///< those that it knows
  /// Most need nothing else; those that search mappings share them through a cache, which may be null.
  std::variant<double (*)(const YamlNode& with), double (*)(const YamlNode& with, const MappingCache* cache),
               double (*)(const YamlNode& with, const ClaimMeans& means)>
      function;

  double run(const YamlNode& with, const ClaimMeans& means) const;
};

/// All computations, the general ones first.
std::span<const Computation> computations();

/// The computation with this name; throws `InputError` at the place of the node, with "did you mean".
const Computation& find_computation(const YamlNode& name);

/// A number, or the result of `{compute: NAME, with: {…}}`.
double value_of(const YamlNode& node, const ClaimMeans& means);

/// Throws `InputError` unless the node names a computation and parameters that it knows; also those inside.
void check_computation(const YamlNode& name, const YamlNode& with);

}  // namespace pj
