#pragma once

#include "pj/integers/integer_program.hpp"

namespace pj {

/// 128 where numbers of this format are kept in bytes with 128 added, else 0.
std::int64_t byte_offset(const NumberFormat& format);
/// True where numbers of this format fit the bytes of a program.
bool fits_byte(const NumberFormat& format);

/// The bytes that a tensor takes in a form.
std::int64_t form_bytes(const Value& value, IntegerForm form);
/// True where two forms of a tensor are the same bytes.
bool same_in_memory(const Value& value, IntegerForm a, IntegerForm b);

/// Elements moved from one order to another: axis i of the result has `sizes[i]` elements, which lie `strides[i]` apart
/// in the source; each byte is flipped by `flip`.
struct ByteMove {
  Sizes sizes, strides;
  std::uint8_t flip = 0;

  void run(const std::uint8_t* source, std::uint8_t* result) const;
};

/// From one form of a value to another; with a permutation, to that of the transposed value.
ByteMove byte_move(const Value& value, IntegerForm from, IntegerForm to, const Sizes& permutation = {});

}  // namespace pj
