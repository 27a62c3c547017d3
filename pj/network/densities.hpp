#pragma once

#include <map>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// Which share of a tensor's elements is not zero, for some tensors of some layers: given, published or measured
/// (docs/sparsity.md).
struct Densities {
  std::string source;
  std::map<std::string, std::map<std::string, double>> layers;  ///< layer → Input, Weight or Output → density
  std::map<std::string, Position> positions;                    ///< of the layers in the file

  bool operator==(const Densities&) const = default;
};

/// Reads `source: …` and `layers: {conv1: {Input: 0.6}}`. Every fault is an `InputError` with file, line and column.
Densities parse_densities(const YamlNode& file);

/// By the name of one that comes with Picojoule, or from a .yaml file.
Densities load_densities(const std::string& name_or_path);

/// The names of those that come with Picojoule.
std::vector<std::string> built_in_densities();

/// The file again.
std::string to_yaml(const Densities& densities);

/// Puts the densities into the storage of the layers' tensors. Throws `InputError` for a layer that the network does
/// not have, and where two layers that share a tensor disagree.
void apply(const Densities& densities, Network& network);

}  // namespace pj
