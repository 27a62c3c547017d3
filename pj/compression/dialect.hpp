#pragma once

#include <string>

#include "pj/network/network.hpp"

namespace pj {

/// How fixed-point weights and activations are written, for readers that know one form only.
enum class Dialect {
  Qdq,   ///< weights and 8-bit activations between QuantizeLinear and DequantizeLinear, others by QONNX: as rules leave
         ///< it
  Qcdq,  ///< activations of up to 8 bits as QuantizeLinear, Clip and DequantizeLinear
  Qonnx,  ///< all by the quantisers of QONNX: real weights behind an IntQuant
};

/// `qdq`, `qcdq`, `qonnx`; throws `InputError` for anything else.
Dialect parse_dialect(const std::string& text);

/// The network in another form that computes the same. Throws `InputError` naming the tensor that the form cannot say:
/// QCDQ has no activations of more than 8 bits, QONNX no table.
Network in_dialect(const Network& network, Dialect dialect);

}  // namespace pj
