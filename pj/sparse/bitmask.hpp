#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/sparse/bit_stream.hpp"

namespace pj {

/// A bit for every number that says whether it is not zero, then those numbers with `value_bits` each, at most 32.
BitStream encode_bitmask(std::span<const std::uint32_t> values, int value_bits);

/// The numbers again, of which there are so many. Throws `InputError` for what `encode_bitmask` cannot have written.
std::vector<std::uint32_t> decode_bitmask(const BitStream& stream, std::int64_t count, int value_bits);

}  // namespace pj
