#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "pj/network/network.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

/// Names that are in use; a second `relu` becomes `relu_2`.
class NameSet {
 public:
  /// The name itself, or the first free one made from it; it is in use afterwards.
  std::string unique(const std::string& name);
  void take(const std::string& name) { counts_.try_emplace(name, 1); }

 private:
  std::unordered_map<std::string, int> counts_;  ///< how many names were made from each
};

/// A network under construction. What depends only on constants is computed at once, so that shape arithmetic
/// never becomes a node; without `folds` every layer is kept as it is.
class Draft {
 public:
  Draft(NameSet& value_names, bool folds) : value_names_(value_names), folds_(folds) {}

  const Value& value(ValueId id) const { return network_.values[id]; }
  Value& value(ValueId id) { return network_.values[id]; }
  std::size_t value_count() const { return network_.values.size(); }

  ValueId input(const std::string& name, Sizes shape, NumberFormat format);
  /// A constant; without data only its shape is known.
  ValueId constant(const std::string& name, Sizes shape, NumberFormat format, std::shared_ptr<const Constant> data);
  ValueId constant(const std::string& name, Constant data);
  /// Adds a node, or the constants that it would make, and returns its outputs, named after `name` for now.
  std::vector<ValueId> add(const std::string& name, Layer layer, std::vector<ValueId> inputs);

  /// True where a value follows from constants alone: a weight, also behind Dequantize or Transpose.
  bool is_weight(ValueId id) const { return weight_[id]; }

  /// The same value as an input of this draft; a constant is copied instead.
  ValueId capture(const Draft& outer, ValueId outer_id);
  /// Values of the outer draft that became inputs, in order.
  const std::vector<ValueId>& captured() const { return captured_; }

  /// The finished network: nodes whose results nobody uses are gone, weights are reshaped and transposed in
  /// advance, and values stand in the order inputs, then constants and results node by node.
  Network finish(std::string name, const std::vector<ValueId>& inputs, const std::vector<ValueId>& outputs);

 private:
  ValueId append(Value value, bool is_weight);
  std::vector<ValueId> append_folded(const std::string& name, std::vector<Constant> constants);

  bool can_fold(const std::vector<const Constant*>& operands, const std::vector<TensorType>& results);

  NameSet& value_names_;
  bool folds_;
  std::int64_t folded_elements_ = 0;
  NameSet node_names_;
  Network network_;
  std::vector<bool> weight_;
  std::vector<ValueId> captured_;
  std::map<ValueId, ValueId> captures_;
};

/// The network without nodes and constants that nothing uses, its values in the order in which they are used.
Network canonical(const Network& network);

}  // namespace pj
