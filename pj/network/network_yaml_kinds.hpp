#pragma once

#include <span>
#include <string>
#include <vector>

#include "pj/network/network_yaml_call.hpp"

namespace pj {

/// A kind of layer that a network file can name.
struct LayerKind {
  std::string name;               ///< `conv`
  std::string meaning;            ///< of its argument: `number of filters`; empty where it takes none
  std::vector<std::string> keys;  ///< its other keys
  std::vector<ValueId> (*build)(const LayerCall&);
  bool joins = false;  ///< its argument lists its operands
};

/// All kinds, in the order of docs/networks.md.
std::vector<LayerKind> layer_kinds();

/// The parts of the list, each beside what builds it.
std::vector<LayerKind> window_kinds();
std::vector<LayerKind> product_kinds();
std::vector<LayerKind> pointwise_kinds();
std::vector<LayerKind> arrangement_kinds();

}  // namespace pj
