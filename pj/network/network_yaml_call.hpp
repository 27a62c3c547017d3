#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/network/network.hpp"
#include "pj/network/network_yaml_expression.hpp"

namespace pj {

/// The largest size or position that a network file may name.
constexpr std::int64_t largest_size = (std::int64_t{1} << 31) - 1;

/// The weights of the layers built so far, by the layer's name.
using SharedWeights = std::unordered_map<std::string, ValueId>;

/// What a network file says of one layer: `{kind: argument, key: value, …}` or the bare word `kind`.
struct LayerText {
  std::string kind;
  std::string meaning;  ///< of the argument: `number of filters`
  Position position;
  const YamlNode* arguments = nullptr;  ///< null for a bare word
  const YamlNode* defaults = nullptr;   ///< the file's `defaults` for this kind, or null
};

/// One layer on its way from a network file into the network: its arguments, its operands and what it adds.
class LayerCall {
 public:
  LayerCall(NetworkBuilder& builder, SharedWeights& weights, LayerText text, std::string name,
            std::vector<ValueId> operands, Numbers numbers);

  const std::string& kind() const { return text_.kind; }
  const std::vector<ValueId>& operands() const { return operands_; }
  ValueId operand() const { return operands_.front(); }
  /// The shape of the first operand.
  const Sizes& shape() const { return builder_.value(operand()).shape; }
  /// The size of the first operand's axis; throws where it has none or one beyond `largest_size`.
  std::int64_t axis(std::size_t index) const;
  std::size_t spatial_axes() const;

  /// The value under a key; the layer's own comes before the file's default. Null where neither is there.
  const YamlNode* find(std::string_view key) const;
  /// A whole number; throws where it is out of range, or missing and without a fallback.
  std::int64_t number(std::string_view key, std::int64_t low, std::int64_t high,
                      std::optional<std::int64_t> fallback = {}) const;
  std::int64_t size(std::string_view key, std::optional<std::int64_t> fallback = {}) const;
  double real(std::string_view key, std::optional<double> fallback = {}) const;
  bool flag(std::string_view key, bool fallback) const;
  /// One of the words, as its index; the first where the key is missing.
  std::size_t choice(std::string_view key, std::span<const std::string> words) const;
  /// A list of numbers, or a single one as a list of one; throws where it is missing.
  Sizes list(std::string_view key, std::int64_t low) const;
  /// One number for each of `count` axes; a single one stands for all.
  Sizes per_axis(std::string_view key, std::size_t count, std::int64_t low,
                 std::optional<std::int64_t> fallback = {}) const;
  /// A number format; throws where it is missing and without a fallback.
  NumberFormat format(std::string_view key, std::optional<NumberFormat> fallback) const;
  /// Throws an error at the layer's place.
  [[noreturn]] void fail(const std::string& fault) const;

  /// The layer's weights, or, with `weights: other`, those of the other layer.
  ValueId main_weight(Sizes shape) const;
  /// Further weights, kept as `storage` says.
  ValueId stored_weight(std::string_view part, Sizes shape) const;
  /// A vector or other small parameter, always dense.
  ValueId weight(std::string_view part, Sizes shape) const;
  /// The first operand, its weights and, where `bias` is not switched off, one summand for each output.
  std::vector<ValueId> weighted(Sizes weights, std::int64_t outputs) const;
  /// A single number that is not learned.
  ValueId scalar(std::string_view part, float number) const;
  /// A table of numbers that are not learned, as float32; kept as whole numbers it is told apart from weights.
  ValueId table(std::string_view part, Sizes shape, std::span<const std::int64_t> numbers) const;
  /// Adds the node that carries the layer's name.
  std::vector<ValueId> add(Layer layer, std::vector<ValueId> inputs) const;
  /// Adds a node that the layer needs on its way, named `layer/part`.
  ValueId step(std::string_view part, Layer layer, std::vector<ValueId> inputs) const;

 private:
  template <class T>
  ValueId constant(std::string_view part, Sizes shape, NumberFormat format, std::span<const T> numbers) const;
  std::string what(std::string_view key) const;
  std::int64_t read(const YamlNode& node, std::string_view key, std::int64_t low, std::int64_t high) const;
  [[noreturn]] void missing(std::string_view key) const;

  NetworkBuilder& builder_;
  SharedWeights& weights_;
  LayerText text_;
  std::string name_;
  std::vector<ValueId> operands_;
  Numbers numbers_;
};

}  // namespace pj
