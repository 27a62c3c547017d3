#pragma once

#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// Changes a network node by node. The nodes that were there keep their indices until `finish`.
class NetworkEditor {
 public:
  explicit NetworkEditor(Network network);

  const Network& network() const { return network_; }
  Node& node(std::size_t i) { return network_.nodes.at(i); }
  Value& value(ValueId id) { return network_.values.at(id); }

  /// A new constant; its name is made different where it is in use.
  ValueId constant(const std::string& name, Constant data, const Storage& storage = {});
  /// Adds a node in front of the node with this index (their number: behind all), behind those that were added there
  /// before; its first result.
  ValueId add_before(std::size_t node, const std::string& name, Layer layer, std::vector<ValueId> inputs);
  /// Takes a node out; nothing may read its results any more when the editor is finished.
  void remove(std::size_t node);
  /// Lets all nodes, and the network's outputs, read one value in the place of another; those that were added, too.
  void replace_uses(ValueId old_value, ValueId new_value);

  void set_outputs(std::vector<ValueId> outputs) { network_.outputs = std::move(outputs); }

  /// The changed network: shapes are inferred anew, what no output needs is gone, values stand in the order of use.
  /// Throws `InputError` naming the node where the changes do not fit together.
  Network finish();

 private:
  ValueId append(Value value);
  std::string unique(const std::string& name) const;

  Network network_;
  std::vector<std::vector<Node>> before_;
  std::vector<bool> removed_;
};

/// The elements of a value that follows from constants alone. Throws `InputError` where it does not, or where elements
/// are not known.
Constant constant_elements(const Network& network, ValueId value);

}  // namespace pj
