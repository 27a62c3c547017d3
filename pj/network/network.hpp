#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "pj/network/format.hpp"
#include "pj/network/layers.hpp"

namespace pj {

/// Elements as they lie in memory, row-major, little-endian. The number format says how one is written:
/// floats and whole numbers take their own width (1, 2, 4, 8 bytes), 4-bit and smaller ones a byte each.
struct Constant {
  NumberFormat format;
  Sizes shape;
  std::vector<std::byte> bytes;

  bool operator==(const Constant&) const = default;
};

/// A tensor of the network: an input, a weight, or what a node makes.
struct Value {
  std::string name;
  Sizes shape;
  NumberFormat format;
  Storage storage;
  bool is_constant = false;
  /// The elements of a constant; null where only the shape is known.
  std::shared_ptr<const Constant> data;

  bool operator==(const Value& other) const;  ///< compares the elements, not the pointers
};

using ValueId = std::size_t;
/// Marks an optional operand that is left out.
constexpr ValueId no_value = static_cast<ValueId>(-1);

/// One layer with its operands and results.
struct Node {
  std::string name;
  Layer layer;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;

  bool operator==(const Node&) const = default;
};

/// A network: nodes in an order in which each comes after those that feed it. All shapes are known.
struct Network {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;

  bool operator==(const Network&) const = default;
};

/// The product of the sizes; throws `InputError` where it is negative or does not fit 64 bits.
std::int64_t element_count(const Sizes& shape);

/// `1×3×227×227`.
std::string shape_text(const Sizes& shape);

/// Builds a network node by node: shapes are inferred, errors name the node. A value's name is used by no other
/// value, a node's by no other node: the second `relu` becomes `relu_2`; a node without a name takes its kind's.
/// A node's first output is named as the node, its next one `name:1`.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::string name);

  ValueId input(const std::string& name, Sizes shape, NumberFormat format = {});
  /// A weight whose elements are not known.
  ValueId weight(const std::string& name, Sizes shape, NumberFormat format = {});
  /// A constant with its elements; throws `InputError` where their bytes are not as many as the shape asks for.
  ValueId constant(const std::string& name, std::shared_ptr<const Constant> data);
  /// Adds a node and returns its outputs. Throws `InputError` "node 'conv1': fault; way out".
  std::vector<ValueId> add(const std::string& name, Layer layer, std::vector<ValueId> inputs);
  /// The same for a layer with one output.
  ValueId add_one(const std::string& name, Layer layer, std::vector<ValueId> inputs);

  const Value& value(ValueId id) const;
  Network& network() { return network_; }
  /// Hands over the network; the builder is empty then.
  Network finish(std::vector<ValueId> outputs);

 private:
  using NameCounts = std::unordered_map<std::string, int>;

  static std::string unique(const std::string& name, NameCounts& taken);
  ValueId append(Value value);

  Network network_;
  NameCounts value_names_, node_names_;
};

}  // namespace pj
