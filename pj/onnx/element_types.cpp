#include "pj/onnx/element_types.hpp"

#include <algorithm>
#include <array>

#include "pj/base/error.hpp"

namespace pj {

namespace {

// onnx.proto, TensorProto.DataType (v1.18.0).
constexpr std::array element_types{
    ElementType{1, "FLOAT", NumberFormat::floating(32, 8), 32, 1},
    ElementType{2, "UINT8", NumberFormat::fixed(8, false), 8, 1},
    ElementType{3, "INT8", NumberFormat::fixed(8, true), 8, 1},
    ElementType{4, "UINT16", NumberFormat::fixed(16, false), 16, 1},
    ElementType{5, "INT16", NumberFormat::fixed(16, true), 16, 1},
    ElementType{6, "INT32", NumberFormat::fixed(32, true), 32, 1},
    ElementType{7, "INT64", NumberFormat::fixed(64, true), 64, 1},
    ElementType{8, "STRING", NumberFormat::text(), 0, 1},
    ElementType{9, "BOOL", NumberFormat::boolean(), 8, 1},
    ElementType{10, "FLOAT16", NumberFormat::floating(16, 5), 16, 1},
    ElementType{11, "DOUBLE", NumberFormat::floating(64, 11), 64, 1},
    ElementType{12, "UINT32", NumberFormat::fixed(32, false), 32, 1},
    ElementType{13, "UINT64", NumberFormat::fixed(64, false), 64, 1},
    ElementType{16, "BFLOAT16", NumberFormat::floating(16, 8), 16, 13},
    ElementType{17, "FLOAT8E4M3FN", NumberFormat::floating(8, 4), 8, 19},
    ElementType{19, "FLOAT8E5M2", NumberFormat::floating(8, 5), 8, 19},
    ElementType{21, "UINT4", NumberFormat::fixed(4, false), 4, 21},
    ElementType{22, "INT4", NumberFormat::fixed(4, true), 4, 21},
    ElementType{23, "FLOAT4E2M1", NumberFormat::floating(4, 2), 4, 23},
};

const char* unreadable_name(std::int64_t code) {
  switch (code) {
    case 0:
      return "UNDEFINED";
    case 14:
      return "COMPLEX64";
    case 15:
      return "COMPLEX128";
    case 18:
      return "FLOAT8E4M3FNUZ";
    case 20:
      return "FLOAT8E5M2FNUZ";
    case 24:
      return "FLOAT8E8M0";
    default:
      return "unknown";
  }
}

}  // namespace

const ElementType& element_type(std::int64_t code) {
  const auto* row = std::find_if(element_types.begin(), element_types.end(),
                                 [code](const ElementType& type) { return type.code == code; });
  if (row == element_types.end()) {
    throw InputError("the element type " + std::to_string(code) + " (" + unreadable_name(code) +
                     ") cannot be read; known are floats of 4 to 64 bits, whole numbers, bool and string");
  }
  return *row;
}

const ElementType* element_type_of(const NumberFormat& format) {
  const auto* row = std::find_if(element_types.begin(), element_types.end(),
                                 [&format](const ElementType& type) { return type.format == format; });
  return row == element_types.end() ? nullptr : row;
}

const ElementType& carrier_type(const NumberFormat& format, bool has_elements) {
  if (const ElementType* own = element_type_of(format)) {
    return *own;
  }
  if (!has_elements) {
    return element_type(1);
  }
  switch (stored_bytes(format)) {
    case 1:
      return element_type(format.is_signed ? 3 : 2);
    case 2:
      return element_type(format.is_signed ? 5 : 4);
    case 4:
      return element_type(format.is_signed ? 6 : 12);
    default:
      return element_type(format.is_signed ? 7 : 13);
  }
}

}  // namespace pj
