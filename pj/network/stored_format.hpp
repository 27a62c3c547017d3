#pragma once

#include <optional>

#include "pj/network/network.hpp"

namespace pj {

/// The format that a layer's operand is kept in. Where real numbers come from a Dequantize, a Cast, a quantiser of
/// QONNX, or a table in which codes (indices, exponents) look them up, or a result goes to a Quantize (also past an
/// activation or a change of shape), that is the format of the codes, as hardware that computes on integers keeps them;
/// else the value's own.
NumberFormat operand_format(const Network& network, ValueId value);
NumberFormat result_format(const Network& network, ValueId value);

/// Formats in the place of a network's own: of its constants, and of all that depends on its inputs.
struct Formats {
  std::optional<NumberFormat> weights, activations;
};

/// The network with its numbers (not texts or truth values) in these formats, in the branches of an `If` too.
Network in_formats(Network network, const Formats& formats);

}  // namespace pj
