#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pj {

/// How one number of a tensor is written.
struct NumberFormat {
  enum class Kind {
    Float,     ///< sign, exponent and mantissa: float32, float16, bfloat16, float8…
    Fixed,     ///< two's complement (or unsigned) with a binary point: `fraction` bits behind it
    Binary,    ///< −1 or +1
    Ternary,   ///< −1, 0 or +1
    Log2,      ///< sign and a power of two
    Codebook,  ///< an index, from 0 on, into a table of `entries` values
    Boolean,   ///< false or true
    Text,      ///< a character string (imported networks only)
  };

  Kind kind = Kind::Float;
  int bits = 32;
  int exponent = 8;  ///< Float: exponent bits
  int fraction = 0;  ///< Fixed: bits behind the binary point
  bool is_signed = true;
  int entries = 0;  ///< Codebook: values in the table

  bool operator==(const NumberFormat&) const = default;

  static constexpr NumberFormat float32() { return {}; }
  static constexpr NumberFormat floating(int bits, int exponent) { return {Kind::Float, bits, exponent, 0, true, 0}; }
  static constexpr NumberFormat fixed(int bits, bool is_signed = true, int fraction = 0) {
    return {Kind::Fixed, bits, 0, fraction, is_signed, 0};
  }
  static constexpr NumberFormat binary() { return {Kind::Binary, 1, 0, 0, true, 0}; }
  static constexpr NumberFormat ternary() { return {Kind::Ternary, 2, 0, 0, true, 0}; }
  static constexpr NumberFormat log2(int bits, bool is_signed = true) { return {Kind::Log2, bits, 0, 0, is_signed, 0}; }
  /// Indices of ⌈log2(entries)⌉ bits into a table of at least 2 entries.
  static NumberFormat codebook(int entries);
  static constexpr NumberFormat boolean() { return {Kind::Boolean, 1, 0, 0, false, 0}; }
  static constexpr NumberFormat text() { return {Kind::Text, 8, 0, 0, false, 0}; }
};

/// The bytes that one element takes in a `Constant`: whole bytes, their number a power of two.
int stored_bytes(const NumberFormat& format);

/// `float32`, `bfloat16`, `float8e4m3`, `int8`, `uint4`, `fixed16.8`, `ufixed8.4`, `binary`, `ternary`, `log4`,
/// `codebook16`, `bool`, `text`.
std::string to_string(const NumberFormat& format);
/// Reads what `to_string` writes; throws `InputError` for anything else.
NumberFormat parse_format(std::string_view text);

/// How the numbers of a tensor are kept in memory.
struct Storage {
  enum class Kind {
    Dense,
    Bitmask,
    RunLength,
    Csr,
    Csc,
    CodebookIndex,
    Implied,  ///< the elements follow from their places by a rule (hashing, a circulant matrix): none is stored
  };

  Kind kind = Kind::Dense;
  double density = 1.0;  ///< the share of elements that are not zero, in [0, 1]
  int index_bits = 0;    ///< RunLength, Csr, Csc: bits of one run or index
  bool huffman = false;  ///< values and indices are kept in Huffman codes of their own
  int group = 1;         ///< Bitmask: elements behind each other that share a bit

  bool operator==(const Storage&) const = default;
};

/// `dense`, `bitmask`, `bitmask groups of 4`, `run-length5 huffman`, `csr4`, `csc4 density 0.11`, `codebook-index`,
/// `implied`; a density of 1 is left out.
std::string to_string(const Storage& storage);
/// Reads what `to_string` writes; throws `InputError` for anything else.
Storage parse_storage(std::string_view text);

}  // namespace pj
