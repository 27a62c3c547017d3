#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/network/network_yaml_expression.hpp"

namespace pj {

/// A named piece of a network with parameters: `fire(squeeze, expand = 64): [layers]`.
struct NetworkBlock {
  struct Parameter {
    std::string name;
    std::optional<std::string> fallback;  ///< an expression
  };

  std::string name;
  Position position;
  std::vector<Parameter> parameters;
  const YamlNode* layers = nullptr;
};

/// Reads a block from its entry under `blocks`, which must outlive it.
NetworkBlock read_block(const YamlNode::Entry& entry);

/// The numbers inside a block: the file's parameters and the block's own, which `given` says as a list in order,
/// by name, or as a single number (null: none), in terms of the numbers `here`.
Numbers block_numbers(const NetworkBlock& block, const YamlNode* given, const Position& position, const Numbers& here,
                      const Numbers& parameters);

/// Throws where a parameter or counter is named as one of the sizes that a layer's input has.
void refuse_size_letter(const std::string& name, const Position& position);

}  // namespace pj
