#pragma once

namespace pj {

/// The first half of a transform of two dimensions: half[i][j] is number i of what `through` makes of column j, whose
/// numbers are load(0, j), load(1, j), …
template <class Vector, int To, int From, class Load, class Through>
[[gnu::always_inline]] inline void transform_columns(Vector (&half)[To][From], Load load, Through through) {
#pragma GCC unroll 8
  for (int j = 0; j < From; ++j) {
    Vector column[From], line[To];
#pragma GCC unroll 8
    for (int i = 0; i < From; ++i) {
      column[i] = load(i, j);
    }
    through(column, line);
#pragma GCC unroll 8
    for (int i = 0; i < To; ++i) {
      half[i][j] = line[i];
    }
  }
}

}  // namespace pj
