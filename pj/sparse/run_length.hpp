#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/sparse/bit_stream.hpp"
#include "pj/sparse/sparse_format.hpp"

namespace pj {

/// Numbers are bit patterns of `value_bits`, at most 32; 0 is the pattern of zeros.

/// Pairs of a run of zeros and the number behind it; a run that does not fit its bits, and zeros at the end, take a
/// pair whose number is 0. With words (Eyeriss: 64 bits = 3 pairs of 5 and 16 and a last bit) each word holds whole
/// pairs, and its next bit, where there is one, says whether it is the last.
BitStream encode_run_length(std::span<const std::uint32_t> values, const SparseFormat& format, int value_bits);

/// The numbers again, of which there are so many. Throws `InputError` for what `encode_run_length` cannot have written.
std::vector<std::uint32_t> decode_run_length(const BitStream& stream, std::int64_t count, const SparseFormat& format,
                                             int value_bits);

}  // namespace pj
