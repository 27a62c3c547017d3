#include "pj/data/npy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/data/bytes.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);

struct ElementCode {
  std::string_view code;  ///< as in NumPy's array interface, without the byte order
  NumberFormat format;
};

constexpr std::array codes{
    ElementCode{"b1", NumberFormat::boolean()},        ElementCode{"i1", NumberFormat::fixed(8)},
    ElementCode{"u1", NumberFormat::fixed(8, false)},  ElementCode{"i2", NumberFormat::fixed(16)},
    ElementCode{"u2", NumberFormat::fixed(16, false)}, ElementCode{"i4", NumberFormat::fixed(32)},
    ElementCode{"u4", NumberFormat::fixed(32, false)}, ElementCode{"i8", NumberFormat::fixed(64)},
    ElementCode{"u8", NumberFormat::fixed(64, false)}, ElementCode{"f2", NumberFormat::floating(16, 5)},
    ElementCode{"f4", NumberFormat::float32()},        ElementCode{"f8", NumberFormat::floating(64, 11)},
};

/// What the header says.
struct NpyHeader {
  NumberFormat format;
  bool is_big_endian = false;
  bool is_column_major = false;
  Sizes shape;
  std::size_t begin = 0;  ///< where the elements begin
};

/// The text behind `'key':` in the header's dictionary.
std::string_view entry(std::string_view text, std::string_view key, const std::string& file) {
  const std::size_t at = text.find("'" + std::string(key) + "':");
  if (at == std::string_view::npos) {
    throw InputError({file}, "its NumPy header has no '" + std::string(key) + "'; write the file anew with numpy.save");
  }
  return trimmed(text.substr(at + key.size() + 3));
}

void read_format(std::string_view descr, const std::string& file, NpyHeader& header) {
  const std::size_t end = descr.find('\'', 1);
  const std::string_view code = end == std::string_view::npos ? "" : descr.substr(1, end - 1);
  for (const ElementCode& row : codes) {
    if (code.size() == 3 && code.substr(1) == row.code) {
      header.format = row.format;
      header.is_big_endian = code[0] == '>';
      return;
    }
  }
  throw InputError({file}, "its elements are '" + std::string(code) +
                               "'; known: bool, whole numbers of 8 to 64 bits, floats of 16 to 64 bits");
}

Sizes read_shape(std::string_view text, const std::string& file) {
  Sizes shape;
  const std::size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) {
    throw InputError({file}, "the shape in its NumPy header is damaged; write the file anew with numpy.save");
  }
  for (const std::string& size : split(text.substr(1, end - 1), ',')) {
    if (!trimmed(size).empty()) {
      shape.push_back(parse_integer(trimmed(size), file + ": a size"));
    }
  }
  check_shape(shape);
  return shape;
}

NpyHeader read_npy_header(std::string_view bytes, const std::string& file) {
  if (!bytes.starts_with(magic) || bytes.size() < 12) {
    throw InputError({file}, "is no NumPy file; it must begin as numpy.save begins it");
  }
  const bool is_first = bytes[6] == 1;  // later versions have a longer length
  const std::size_t length = is_first ? little_endian_16(bytes, 8) : little_endian_32(bytes, 8);
  NpyHeader header{.begin = (is_first ? 10U : 12U) + length};
  if (header.begin > bytes.size()) {
    throw InputError({file}, "its NumPy header is cut off; write the file anew with numpy.save");
  }
  const std::string_view text = bytes.substr(is_first ? 10 : 12, length);
  read_format(entry(text, "descr", file), file, header);
  header.is_column_major = entry(text, "fortran_order", file).starts_with("True");
  header.shape = read_shape(entry(text, "shape", file), file);
  return header;
}

/// Column-major elements in row-major order.
std::vector<std::byte> turned(const Constant& tensor) {
  const auto width = static_cast<std::size_t>(stored_bytes(tensor.format));
  std::vector<std::byte> bytes(tensor.bytes.size());
  for (std::size_t i = 0; i * width < bytes.size(); ++i) {
    std::size_t rest = i;
    std::size_t place = 0;
    std::size_t column = tensor.bytes.size() / width;
    for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(tensor.shape[axis]);
      column /= size;
      place += rest % size * column;
      rest /= size;
    }
    std::copy_n(tensor.bytes.begin() + static_cast<std::ptrdiff_t>(place * width), width,
                bytes.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  return bytes;
}

void swap_bytes(Constant& tensor) {
  const auto width = static_cast<std::ptrdiff_t>(stored_bytes(tensor.format));
  for (auto at = tensor.bytes.begin(); at != tensor.bytes.end(); at += width) {
    std::reverse(at, at + width);
  }
}

/// The tensor in a format that NumPy has.
Constant writable(const Constant& tensor) {
  const bool is_known =
      std::any_of(codes.begin(), codes.end(), [&](const ElementCode& row) { return row.format == tensor.format; });
  if (is_known) {
    return tensor;
  }
  if (is_whole(tensor.format)) {
    return {NumberFormat::fixed(8, tensor.format.is_signed), tensor.shape, tensor.bytes};
  }
  return constant_of(NumberFormat::float32(), tensor.shape, real_numbers(tensor));
}

}  // namespace

Constant parse_npy(std::string_view bytes, const std::string& file) {
  const NpyHeader header = read_npy_header(bytes, file);
  const std::string_view elements = bytes.substr(header.begin);
  const auto wanted = checked_product(element_count(header.shape), stored_bytes(header.format));
  if (!wanted || std::cmp_not_equal(*wanted, elements.size())) {
    throw InputError({file}, "has " + grouped(std::ssize(elements)) + " bytes of elements, which do not fill " +
                                 shape_text(header.shape) + " " + to_string(header.format) +
                                 "; it is damaged or was cut off");
  }
  const auto* first = reinterpret_cast<const std::byte*>(elements.data());
  Constant tensor{header.format, header.shape, {first, first + elements.size()}};
  if (header.is_big_endian) {
    swap_bytes(tensor);
  }
  if (header.is_column_major && !tensor.bytes.empty()) {
    tensor.bytes = turned(tensor);
  }
  return tensor;
}

std::string npy_bytes(const Constant& given) {
  const Constant tensor = writable(given);
  const auto* row =
      std::find_if(codes.begin(), codes.end(), [&](const ElementCode& code) { return code.format == tensor.format; });
  ensure(row != codes.end(), "every number can be written in a format of NumPy");
  std::string shape;
  for (const std::int64_t size : tensor.shape) {
    shape += std::to_string(size) + ", ";
  }
  std::string header =
      "{'descr': '<" + std::string(row->code) + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t alignment = 64;  // of the elements, as NumPy wants it
  header.append(alignment - (magic.size() + 4 + header.size() + 1) % alignment, ' ');
  header += '\n';
  std::string bytes(magic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  return bytes;
}

}  // namespace pj
