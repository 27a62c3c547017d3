#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "pj/sparse/bit_stream.hpp"

namespace pj {

/// A canonical Huffman code (Huffman 1952; Schwartz and Kallick 1964): of codes of the same length the larger symbol
/// has the larger one, so that the lengths say it all.
class HuffmanCode {
 public:
  static constexpr int length_bits = 6;  ///< of one length in the table; no code of 2^44 symbols is longer than 63

  struct Entry {
    std::uint32_t symbol = 0;
    int length = 0;
    std::uint64_t code = 0;

    bool operator==(const Entry&) const = default;
  };

  HuffmanCode() = default;
  /// The code with which these symbols take the fewest bits. A symbol that is the only one takes one bit.
  explicit HuffmanCode(std::span<const std::uint32_t> symbols);

  /// By length, then by symbol.
  const std::vector<Entry>& entries() const { return entries_; }

  void write(std::uint32_t symbol, BitStream& stream) const;
  /// Throws `InputError` where the bits are no code.
  std::uint32_t read(BitReader& reader) const;

  /// The table: how many symbols there are (`symbol_bits` + 1 bits), and for each its bits and the length of its code.
  void write_table(int symbol_bits, BitStream& stream) const;
  static HuffmanCode read_table(int symbol_bits, BitReader& reader);

 private:
  void assign_codes();

  std::vector<Entry> entries_;
  std::unordered_map<std::uint32_t, std::size_t> places_;  ///< of the symbols among the entries
};

}  // namespace pj
