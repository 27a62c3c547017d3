#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/network/network.hpp"
#include "pj/network/zoo.hpp"

namespace pj {

/// The networks that a file describes: the file's own, which has the file's name, and its variants.
std::vector<ZooEntry> networks_in(const YamlNode& file, const std::string& name);

/// Builds a network of a file, its own or the named variant, for a batch of inputs.
Network build_network(const YamlNode& file, const std::string& name, const std::string& variant, std::int64_t batch);

}  // namespace pj
