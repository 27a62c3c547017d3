#pragma once

#include <cstddef>
#include <string>

#include "pj/network/format.hpp"

namespace pj {

/// One row of ONNX's TensorProto.DataType.
struct ElementType {
  int code;
  const char* name;
  NumberFormat format;
  std::size_t bits;    ///< in raw data
  std::int64_t opset;  ///< the first that has it
};

/// The element type with ONNX's number `code`; throws `InputError` for those that no number format carries.
const ElementType& element_type(std::int64_t code);

/// The element type that says exactly this format, or null.
const ElementType* element_type_of(const NumberFormat& format);

/// The element type in which a tensor of this format is written: its own, or for formats that ONNX does not have
/// a whole number as wide as one element in memory, or float where no elements are given.
const ElementType& carrier_type(const NumberFormat& format, bool has_elements);

}  // namespace pj
