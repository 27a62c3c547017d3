#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pj {

/// The iterations of each loop of one index in its last tile, for factors from the outermost loop inwards that cover
/// `size` elements: the digits of size − 1 in the mixed radix of the factors, and one. Where they equal the factors
/// no tile is ragged.
std::vector<std::int64_t> remainders(std::span<const std::int64_t> factors, std::int64_t size);

/// The elements that loops with these factors and remainders run through, as Timeloop counts them, or `limit` + 1
/// where they are more than `limit`.
std::int64_t covered(std::span<const std::int64_t> factors, std::span<const std::int64_t> last, std::int64_t limit);

}  // namespace pj
