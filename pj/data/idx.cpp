#include "pj/data/idx.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/data/bytes.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

struct TypeCode {
  unsigned char code;
  NumberFormat format;
};

constexpr std::array types{
    TypeCode{0x08, NumberFormat::fixed(8, false)}, TypeCode{0x09, NumberFormat::fixed(8)},
    TypeCode{0x0B, NumberFormat::fixed(16)},       TypeCode{0x0C, NumberFormat::fixed(32)},
    TypeCode{0x0D, NumberFormat::float32()},       TypeCode{0x0E, NumberFormat::floating(64, 11)},
};

const TypeCode* type_of(std::string_view bytes) {
  const auto code = static_cast<unsigned char>(bytes[2]);
  const auto* row = std::find_if(types.begin(), types.end(), [&](const TypeCode& type) { return type.code == code; });
  return row == types.end() ? nullptr : row;
}

}  // namespace

bool is_idx(std::string_view bytes) {
  return bytes.size() >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[3] > 0 && type_of(bytes) != nullptr;
}

Constant parse_idx(std::string_view bytes, const std::string& file) {
  if (!is_idx(bytes)) {
    throw InputError({file}, "is no IDX file; it must begin with two zeros, a type and the number of axes");
  }
  const auto axes = static_cast<std::size_t>(static_cast<unsigned char>(bytes[3]));
  const std::size_t begin = 4 + 4 * axes;
  if (begin > bytes.size()) {
    throw InputError({file}, "its IDX header is cut off; fetch the file anew");
  }
  Sizes shape;
  for (std::size_t i = 0; i < axes; ++i) {
    shape.push_back(big_endian_32(bytes, 4 + 4 * i));
  }
  check_shape(shape);
  const NumberFormat format = type_of(bytes)->format;
  const auto wanted = checked_product(element_count(shape), stored_bytes(format));
  if (!wanted || std::cmp_not_equal(*wanted, bytes.size() - begin)) {
    throw InputError({file}, "has " + grouped(std::ssize(bytes) - static_cast<std::int64_t>(begin)) +
                                 " bytes of elements, which do not fill " + shape_text(shape) + " " +
                                 to_string(format) + "; it is damaged or was cut off");
  }
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data()) + begin;
  Constant tensor{format, shape, {first, first + (bytes.size() - begin)}};
  const auto width = static_cast<std::ptrdiff_t>(stored_bytes(format));
  for (auto at = tensor.bytes.begin(); at != tensor.bytes.end(); at += width) {
    std::reverse(at, at + width);
  }
  return tensor;
}

}  // namespace pj
