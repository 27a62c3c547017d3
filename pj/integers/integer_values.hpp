#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pj/integers/integer_network.hpp"

namespace pj {

/// How integers stand for the numbers of a tensor: scale · (q - zero), one of each for the tensor or for each index of
/// an axis.
struct Scaling {
  std::vector<double> scales{1.0};
  std::vector<std::int64_t> zeros{0};
  std::size_t axis = 0;
  NumberFormat format;

  bool is_one() const { return scales.size() == 1 && zeros.size() == 1; }
  bool operator==(const Scaling&) const = default;
};

/// A tensor of integers with what they stand for.
struct ScaledValue {
  ValueId value = no_value;
  Scaling scaling;
};

/// Follows the values of a network: who makes and reads them, what is known of them, which integers they stand for.
class IntegerValues {
 public:
  explicit IntegerValues(const Network& network);

  const Network& network() const { return network_; }
  /// The node that makes a value, or null.
  const Node* maker(ValueId value) const;
  /// True where exactly one node reads the value and no output of the network is it.
  bool is_used_once(ValueId value) const;

  /// The elements of what depends on constants alone, or null.
  const Constant* known(ValueId value, int depth = 0);
  /// The parameters of a Quantize or Dequantize node; nothing where they are not known or of a kind that integer layers
  /// do not have (then `reason` says so).
  std::optional<Scaling> scaling_of(const Node& node, const NumberFormat& format);
  /// The integers that a real value stands for, through layers that only move elements; these become groups of their
  /// own. Nothing where it has none (then `reason` says why).
  std::optional<ScaledValue> integers_of(ValueId real, int depth = 0);

  /// Adds a value of integers.
  ValueId add(const std::string& name, const Sizes& shape, const NumberFormat& format);
  /// Adds a group; or one that moves a value as the node does, 0 being kept as `zero`.
  void add(IntegerGroup group) { groups_.push_back(std::move(group)); }
  void add_move(const Node& node, ValueId from, ValueId to, std::int64_t zero);

  const std::vector<IntegerGroup>& groups() const { return groups_; }

  std::string reason;

 private:
  Network network_;
  std::vector<std::size_t> makers_, readers_;
  std::map<ValueId, Constant> computed_;
  std::map<ValueId, ScaledValue> moved_;
  std::vector<IntegerGroup> groups_;
};

/// True for layers that move the elements of their first operand and do not look into them.
bool only_moves(const Layer& layer);

}  // namespace pj
