#include "pj/base/arena.hpp"

#include <algorithm>
#include <numeric>

#include "pj/base/arithmetic.hpp"

namespace pj {

namespace {

constexpr std::int64_t cache_line = 64;

std::int64_t rounded(std::int64_t bytes) {
  return ceil_div(bytes, cache_line) * cache_line;
}

bool meet(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

/// The lowest offset where a piece overlaps none of those that are placed already, which are sorted by offset.
std::int64_t lowest_free(const std::vector<Lifetime>& pieces, const std::vector<std::int64_t>& offsets,
                         const std::vector<std::size_t>& placed, const Lifetime& piece) {
  std::int64_t offset = 0;
  for (const std::size_t other : placed) {
    if (meet(pieces[other], piece)) {
      if (offset + rounded(piece.bytes) <= offsets[other]) {
        return offset;
      }
      offset = std::max(offset, offsets[other] + rounded(pieces[other].bytes));
    }
  }
  return offset;
}

}  // namespace

Arena arranged(const std::vector<Lifetime>& pieces) {
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return pieces[a].bytes > pieces[b].bytes; });
  Arena arena{std::vector<std::int64_t>(pieces.size(), 0), 0};
  std::vector<std::size_t> placed;
  for (const std::size_t i : order) {
    const std::int64_t offset = lowest_free(pieces, arena.offsets, placed, pieces[i]);
    arena.offsets[i] = offset;
    arena.bytes = std::max(arena.bytes, offset + rounded(pieces[i].bytes));
    const auto behind = std::upper_bound(placed.begin(), placed.end(), offset,
                                         [&](std::int64_t at, std::size_t p) { return at < arena.offsets[p]; });
    placed.insert(behind, i);
  }
  return arena;
}

std::int64_t most_in_use(const std::vector<Lifetime>& pieces) {
  std::int64_t most = 0;
  for (const Lifetime& at : pieces) {  // the most are in use where one begins
    std::int64_t bytes = 0;
    for (const Lifetime& piece : pieces) {
      bytes += piece.first <= at.first && at.first <= piece.last ? rounded(piece.bytes) : 0;
    }
    most = std::max(most, bytes);
  }
  return most;
}

}  // namespace pj
