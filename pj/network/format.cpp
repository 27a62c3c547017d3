#include "pj/network/format.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <optional>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

using Kind = NumberFormat::Kind;

/// Formats that have a name of their own.
struct Named {
  std::string_view name;
  NumberFormat format;
};

constexpr std::array named{
    Named{"float16", NumberFormat::floating(16, 5)},  Named{"float32", NumberFormat::float32()},
    Named{"float64", NumberFormat::floating(64, 11)}, Named{"bfloat16", NumberFormat::floating(16, 8)},
    Named{"binary", NumberFormat::binary()},          Named{"ternary", NumberFormat::ternary()},
    Named{"bool", NumberFormat::boolean()},           Named{"text", NumberFormat::text()},
};

/// Takes the word from the front of `text`, where it stands there.
bool take(std::string_view& text, std::string_view word) {
  const bool found = text.starts_with(word);
  text.remove_prefix(found ? word.size() : 0);
  return found;
}

/// Takes a whole number without a plus sign or leading zeros from the front of `text`.
std::optional<int> take_integer(std::string_view& text, int low, int high) {
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (fault != std::errc{} || number < low || number > high || std::to_string(number) != text.substr(0, length)) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return number;
}

/// The rest of `float8e4m3`; one bit more than exponent and mantissa is the sign.
std::optional<NumberFormat> parse_float(std::string_view text) {
  const auto bits = take_integer(text, 2, 128);
  const auto exponent = bits && take(text, "e") ? take_integer(text, 1, 32) : std::nullopt;
  const auto mantissa = exponent && take(text, "m") ? take_integer(text, 0, 126) : std::nullopt;
  if (!mantissa || !text.empty()) {
    return std::nullopt;
  }
  const int sign = *bits - *exponent - *mantissa;
  if (sign != 0 && sign != 1) {
    return std::nullopt;
  }
  return NumberFormat{Kind::Float, *bits, *exponent, 0, sign == 1, 0};
}

/// The rest of `int8` or of `fixed16.8`.
std::optional<NumberFormat> parse_fixed(std::string_view text, bool is_signed, bool has_point) {
  const auto bits = take_integer(text, 1, 64);
  const auto fraction = !has_point ? 0 : bits && take(text, ".") ? take_integer(text, -256, 256) : std::nullopt;
  if (!bits || !fraction || !text.empty()) {
    return std::nullopt;
  }
  return NumberFormat::fixed(*bits, is_signed, *fraction);
}

std::optional<NumberFormat> parse_log(std::string_view text, bool is_signed) {
  const auto bits = take_integer(text, 1, 16);
  return bits && text.empty() ? std::optional(NumberFormat::log2(*bits, is_signed)) : std::nullopt;
}

std::optional<NumberFormat> parse_codebook(std::string_view text) {
  const auto entries = take_integer(text, 2, 65536);
  return entries && text.empty() ? std::optional(NumberFormat::codebook(*entries)) : std::nullopt;
}

std::optional<NumberFormat> parse(std::string_view text) {
  for (const Named& candidate : named) {
    if (candidate.name == text) {
      return candidate.format;
    }
  }
  if (take(text, "float")) {
    return parse_float(text);
  }
  if (take(text, "codebook")) {
    return parse_codebook(text);
  }
  const bool is_signed = !take(text, "u");
  if (take(text, "int")) {
    return parse_fixed(text, is_signed, false);
  }
  if (take(text, "fixed")) {
    return parse_fixed(text, is_signed, true);
  }
  return take(text, "log") ? parse_log(text, is_signed) : std::nullopt;
}

std::string float_text(const NumberFormat& format) {
  const int mantissa = format.bits - format.exponent - (format.is_signed ? 1 : 0);
  return "float" + std::to_string(format.bits) + "e" + std::to_string(format.exponent) + "m" + std::to_string(mantissa);
}

std::string fixed_text(const NumberFormat& format) {
  const std::string sign = format.is_signed ? "" : "u";
  const std::string bits = std::to_string(format.bits);
  return format.fraction == 0 ? sign + "int" + bits : sign + "fixed" + bits + "." + std::to_string(format.fraction);
}

struct StorageName {
  std::string_view name;
  Storage::Kind kind;
  bool has_index;
};

constexpr std::array storage_names{
    StorageName{"dense", Storage::Kind::Dense, false},
    StorageName{"bitmask", Storage::Kind::Bitmask, false},
    StorageName{"run-length", Storage::Kind::RunLength, true},
    StorageName{"csr", Storage::Kind::Csr, true},
    StorageName{"csc", Storage::Kind::Csc, true},
    StorageName{"codebook-index", Storage::Kind::CodebookIndex, false},
    StorageName{"implied", Storage::Kind::Implied, false},
};

std::optional<double> parse_density(std::string_view text) {
  double density = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), density);
  const bool whole = fault == std::errc{} && end == text.data() + text.size();
  return whole && density >= 0.0 && density <= 1.0 ? std::optional(density) : std::nullopt;
}

std::optional<Storage> parse_storage_of(const StorageName& row, std::string_view text) {
  Storage storage{.kind = row.kind};
  if (!take(text, row.name)) {
    return std::nullopt;
  }
  if (row.has_index) {
    const auto bits = take_integer(text, 0, 64);
    if (!bits) {
      return std::nullopt;
    }
    storage.index_bits = *bits;
  }
  if (row.kind == Storage::Kind::Bitmask && take(text, " groups of ")) {
    const auto group = take_integer(text, 2, 65536);
    if (!group) {
      return std::nullopt;
    }
    storage.group = *group;
  }
  storage.huffman = take(text, " huffman");
  if (take(text, " density ")) {
    const auto density = parse_density(text);
    storage.density = density.value_or(0.0);
    return density ? std::optional(storage) : std::nullopt;
  }
  return text.empty() ? std::optional(storage) : std::nullopt;
}

}  // namespace

NumberFormat NumberFormat::codebook(int entries) {
  const int bits = std::bit_width(static_cast<unsigned>(entries) - 1U);
  return {Kind::Codebook, bits, 0, 0, false, entries};
}

int stored_bytes(const NumberFormat& format) {
  return static_cast<int>(std::bit_ceil((static_cast<unsigned>(format.bits) + 7U) / 8U));
}

std::string to_string(const NumberFormat& format) {
  for (const Named& candidate : named) {
    if (candidate.format == format) {
      return std::string(candidate.name);
    }
  }
  switch (format.kind) {
    case Kind::Float:
      return float_text(format);
    case Kind::Fixed:
      return fixed_text(format);
    case Kind::Binary:
      return "binary";
    case Kind::Ternary:
      return "ternary";
    case Kind::Log2:
      return (format.is_signed ? "log" : "ulog") + std::to_string(format.bits);
    case Kind::Codebook:
      return "codebook" + std::to_string(format.entries);
    case Kind::Boolean:
      return "bool";
    case Kind::Text:
      return "text";
  }
  return "";
}

NumberFormat parse_format(std::string_view text) {
  if (const auto format = parse(text)) {
    return *format;
  }
  throw InputError("'" + std::string(text) +
                   "' is no number format; write one as float32, bfloat16, float8e4m3, int8, uint4, fixed16.8, binary, "
                   "ternary, log4, codebook16 or bool");
}

std::string to_string(const Storage& storage) {
  std::string text;
  for (const StorageName& row : storage_names) {
    if (row.kind == storage.kind) {
      text = std::string(row.name) + (row.has_index ? std::to_string(storage.index_bits) : "");
    }
  }
  text += storage.group > 1 ? " groups of " + std::to_string(storage.group) : "";
  text += storage.huffman ? " huffman" : "";
  return storage.density == 1.0 ? text : text + " density " + exact(storage.density);
}

Storage parse_storage(std::string_view text) {
  for (const StorageName& row : storage_names) {
    if (const auto storage = parse_storage_of(row, text)) {
      return *storage;
    }
  }
  throw InputError("'" + std::string(text) +
                   "' is no storage; write one as dense, bitmask, run-length5, csr4, csc4, codebook-index or implied, "
                   "where they are in Huffman codes 'csr4 huffman', and where elements are zero 'csc4 density 0.11'");
}

}  // namespace pj
