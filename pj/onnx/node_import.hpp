#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pj/onnx/scope.hpp"

namespace pj {

/// One ONNX node as the operators see it: its attributes, its operands, and the network that it adds to.
/// Everything throws `InputError` without the place, which the caller puts before it.
class NodeImport {
 public:
  NodeImport(Scope& scope, const OnnxNode& node);

  const OnnxNode& node() const { return node_; }
  Scope& scope() const { return scope_; }
  /// The version of the node's operator set.
  std::int64_t opset() const { return opset_; }

  bool has(const std::string& attribute) const { return find(attribute) != nullptr; }
  std::int64_t integer(const std::string& attribute, std::int64_t otherwise) const;
  std::int64_t integer(const std::string& attribute) const;  ///< must be there
  bool flag(const std::string& attribute, bool otherwise) const { return integer(attribute, otherwise ? 1 : 0) != 0; }
  float real(const std::string& attribute, float otherwise) const;
  std::string text(const std::string& attribute, const std::string& otherwise) const;
  Sizes integers(const std::string& attribute) const;  ///< empty where it is not there
  std::vector<float> reals(const std::string& attribute) const;
  std::vector<std::string> texts(const std::string& attribute) const;
  const OnnxTensor* tensor(const std::string& attribute) const;
  std::shared_ptr<const OnnxGraph> graph(const std::string& attribute) const;

  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return node_.outputs.size(); }
  bool has_input(std::size_t i) const { return i < inputs_.size() && inputs_[i] != no_value; }
  bool has_output(std::size_t i) const { return i < node_.outputs.size() && !node_.outputs[i].empty(); }
  ValueId input(std::size_t i) const;  ///< must be there
  ValueId optional_input(std::size_t i) const { return has_input(i) ? inputs_[i] : no_value; }
  /// The inputs as they are, the last ones that are left out cut off; at most `count`.
  std::vector<ValueId> inputs(std::size_t count = SIZE_MAX) const;

  const Value& value(ValueId id) const { return scope_.draft().value(id); }
  const Sizes& shape(std::size_t i) const { return value(input(i)).shape; }
  const NumberFormat& format(std::size_t i) const { return value(input(i)).format; }
  std::int64_t rank(std::size_t i) const { return static_cast<std::int64_t>(shape(i).size()); }
  /// An axis attribute as an index from 0.
  std::int64_t axis(std::int64_t given, std::size_t of_input = 0) const;

  /// The elements of a value that must not depend on the network's input; `what` names it in the error.
  const Constant& known(ValueId id, const std::string& what) const;
  bool is_known(std::size_t i) const { return has_input(i) && value(inputs_[i]).data != nullptr; }
  Sizes known_integers(std::size_t i, const std::string& what) const;
  std::vector<double> known_reals(std::size_t i, const std::string& what) const;
  /// The one element that the input must have.
  std::int64_t known_integer(std::size_t i, const std::string& what) const;
  double known_real(std::size_t i, const std::string& what) const;
  /// An attribute that became input `i` at a later opset; nothing where neither is there.
  std::optional<Sizes> integers_or_input(const std::string& attribute, std::size_t i) const;

  std::vector<ValueId> add(Layer layer, std::vector<ValueId> inputs, const std::string& part = "");
  ValueId add_one(Layer layer, std::vector<ValueId> inputs, const std::string& part = "");
  ValueId constant(Constant constant, const std::string& part = "");
  /// Counts a constant that the node is about to make; throws where the model makes too much.
  void reserve(const Sizes& shape, const NumberFormat& format) const;
  /// A constant of one number in the given format.
  ValueId number(double number, const NumberFormat& format, const std::string& part);

 private:
  const OnnxAttribute::Value* find(const std::string& attribute) const;
  template <class Kind>
  const Kind* get(const std::string& attribute, const char* kind) const;
  std::string part_name(const std::string& part) const;

  Scope& scope_;
  const OnnxNode& node_;
  std::int64_t opset_;
  std::vector<ValueId> inputs_;
};

/// Shorthand for binary functions of the values of a composite operator.
ValueId combine(NodeImport& node, Elementwise::Kind kind, ValueId a, ValueId b, const std::string& part);
ValueId apply(NodeImport& node, Activation::Kind kind, ValueId a, const std::string& part);

}  // namespace pj
