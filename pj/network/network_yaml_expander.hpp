#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/network/network_yaml_block.hpp"
#include "pj/network/network_yaml_call.hpp"
#include "pj/network/network_yaml_kinds.hpp"

namespace pj {

/// Writes the layers, blocks and loops of a network file out into a network, layer by layer.
class NetworkExpander {
 public:
  /// `file` must outlive the expander; `parameters` are those of the file.
  NetworkExpander(const YamlNode& file, Numbers parameters, NetworkBuilder& builder);

  /// Names an input of the network; the first one feeds the first layer.
  void add_input(const YamlNode::Entry& entry, ValueId id);
  /// Adds all layers and returns what the last one makes.
  ValueId expand(const YamlNode& layers);
  /// What a layer of the network makes.
  ValueId result(const YamlNode& name) const { return resolve(name, top_); }
  /// Where the file writes the layer, or `otherwise` for a node that a layer adds on its way.
  Position position_of(const std::string& layer, const Position& otherwise) const;

 private:
  using Results = std::vector<ValueId>;

  /// Where the expander stands: at the top, or inside a block.
  struct Frame {
    Numbers numbers;
    std::vector<std::string> scopes;  ///< the names of the open blocks, outermost first; the top's is empty
    std::optional<ValueId> input;     ///< what feeds the block
    std::optional<ValueId> current;   ///< what feeds the next layer
    std::string last_name;
  };

  struct Name {
    Position position;
    int uses = 0;
  };

  void add_layers(const YamlNode& layers, Frame& frame);
  void add_loop(const YamlNode::Entry& entry, Frame& frame);
  void add_named(const YamlNode::Entry& entry, Frame& frame);
  void add_unnamed(const YamlNode& word, Frame& frame);
  Results add_followers(const YamlNode& layer, const std::string& name, Results results, const Frame& frame);
  Results apply(const YamlNode& layer, const std::string& name, const Frame& frame);
  Results apply_block(const NetworkBlock& block, const YamlNode& layer, const std::string& name, const Frame& frame);
  std::vector<ValueId> joined(const std::string& kind, const YamlNode& layer, const Frame& frame) const;
  ValueId feeding(const YamlNode& layer, const Frame& frame) const;
  ValueId resolve(const YamlNode& name, const Frame& frame) const;
  const Results* find_layer(const std::string& name, const Frame& frame) const;
  std::string kind_of(const YamlNode& layer) const;
  const YamlNode* defaults_of(const std::string& kind) const;
  std::string free_name(const std::string& name, const Position& position);
  void check_defaults() const;
  void check_follower(const YamlNode& layer) const;
  void count_step(const Position& position);

  NetworkBuilder& builder_;
  Numbers parameters_;
  std::unordered_map<std::string, LayerKind> kinds_;
  std::unordered_map<std::string, NetworkBlock> blocks_;
  std::vector<std::string> kind_names_;  ///< of both
  const YamlNode* defaults_;
  SharedWeights weights_;
  std::unordered_map<std::string, Results> layers_;
  std::unordered_map<std::string, Name> names_;
  std::vector<std::string> open_blocks_;
  Frame top_;
  int steps_ = 0;
};

}  // namespace pj
