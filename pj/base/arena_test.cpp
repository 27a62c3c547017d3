#include "pj/base/arena.hpp"

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

bool meet(std::int64_t a, std::int64_t a_end, std::int64_t b, std::int64_t b_end) {
  return a < b_end && b < a_end;
}

}  // namespace

TEST_CASE("pieces that are in use at a time do not overlap, and the memory is at least what is in use at a time") {
  for_random_cases(200, [](Rng& rng) {
    std::vector<Lifetime> pieces(static_cast<std::size_t>(rng.between(1, 20)));
    for (Lifetime& piece : pieces) {
      piece.bytes = rng.between(0, 1000);
      piece.first = static_cast<std::size_t>(rng.between(0, 10));
      piece.last = piece.first + static_cast<std::size_t>(rng.between(0, 3));
    }
    const Arena arena = arranged(pieces);
    CHECK(arena.bytes >= most_in_use(pieces));
    for (std::size_t a = 0; a < pieces.size(); ++a) {
      CHECK(arena.offsets[a] + pieces[a].bytes <= arena.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool in_time = pieces[a].first <= pieces[b].last && pieces[b].first <= pieces[a].last;
        CHECK_FALSE((in_time && meet(arena.offsets[a], arena.offsets[a] + pieces[a].bytes, arena.offsets[b],
                                     arena.offsets[b] + pieces[b].bytes)));
      }
    }
  });
}

TEST_CASE("a chain takes the memory of its two largest neighbours") {
  const Arena arena = arranged({{640, 0, 1}, {1280, 1, 2}, {640, 2, 3}, {64, 3, 4}});
  CHECK(arena.bytes == 640 + 1280);
  CHECK(most_in_use({{640, 0, 1}, {1280, 1, 2}, {640, 2, 3}, {64, 3, 4}}) == 640 + 1280);
}

}  // namespace pj
