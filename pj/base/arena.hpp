#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pj {

/// A piece of memory that is in use from step `first` to step `last`, both included.
struct Lifetime {
  std::int64_t bytes = 0;
  std::size_t first = 0, last = 0;
};

/// Where pieces lie in one block of memory, so that no two of them that are in use at a time overlap.
struct Arena {
  std::vector<std::int64_t> offsets;  ///< of each piece, a multiple of a cache line
  std::int64_t bytes = 0;
};

/// Largest first, each at the lowest offset that is free while it is in use (Pisarchyk and Lee 2020, greedy by size).
Arena arranged(const std::vector<Lifetime>& pieces);

/// The most bytes that are in use at a time: no arrangement takes less.
std::int64_t most_in_use(const std::vector<Lifetime>& pieces);

}  // namespace pj
