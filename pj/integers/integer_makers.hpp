#pragma once

#include <limits>
#include <optional>

#include "pj/integers/integer_values.hpp"

namespace pj {

/// What becomes of the real result of a layer: it is bounded, then quantised.
struct IntegerResult {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  Scaling scaling;  ///< of the result: one scale
};

/// The layer of a node as one of integers, with its operands; its result is not set. Nothing where it has none: then
/// `values.reason` says why.
std::optional<IntegerGroup> make_integer_layer(IntegerValues& values, const Node& node, const IntegerResult& result);

/// A table of what Dequantize, the activations and Quantize make of each number of a format of at most 16 bits.
std::optional<IntegerGroup> make_table(IntegerValues& values, const ScaledValue& operand,
                                       const std::vector<const Node*>& activations, const Node& quantize);

}  // namespace pj
