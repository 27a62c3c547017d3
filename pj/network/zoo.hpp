#pragma once

#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// One network of the zoo as a list shows it.
struct ZooEntry {
  std::string name;    ///< `alexnet`, as on the command line
  std::string title;   ///< `AlexNet (grouped, 227)`
  std::string source;  ///< who published it, where and when
};

/// The networks that can be built, in the order of the list.
std::vector<ZooEntry> zoo();

/// Builds a network of the zoo for a batch of `batch` inputs. Throws `InputError` with "did you mean".
Network zoo_network(const std::string& name, std::int64_t batch = 1);

/// Reads a network in the project's YAML form (docs/networks.md).
Network read_network_yaml(const std::string& path, std::int64_t batch = 1);

}  // namespace pj
