#pragma once

#include <cstdint>

#include "pj/network/network.hpp"
#include "pj/sparse/bit_stream.hpp"

namespace pj {

/// The bits of a constant in its number format and storage.
struct StoredBits {
  std::int64_t values = 0;   ///< the numbers or codes that are stored
  std::int64_t indices = 0;  ///< runs of zeros, masks, and where lines start
  std::int64_t tables = 0;   ///< the Huffman codes

  std::int64_t total() const { return values + indices + tables; }
  StoredBits& operator+=(const StoredBits& other);
  bool operator==(const StoredBits&) const = default;
};

/// The bits that `encode` writes. Constants whose elements are not known, and elements wider than 32 bits, are counted
/// as dense ones. A value that is implied by its place takes 64 bits for the numbers of its rule.
StoredBits stored_bits(const Value& constant);

/// A constant of at most 32 bits an element as its storage keeps it. CSR and CSC take the first axis for the rows, with
/// 32 bits for where each line starts.
BitStream encode(const Value& constant);
/// The elements again. Throws `InputError` for what `encode` cannot have written.
Constant decode(const BitStream& stream, const Value& like);

/// Σ over the constants that the network needs, each once; tables of powers of two take the 8 bits of one exponent.
StoredBits stored_bits(const Network& network);
/// The same for one node: its constants and those from which its operands are decoded.
StoredBits stored_bits(const Network& network, std::size_t node);

}  // namespace pj
