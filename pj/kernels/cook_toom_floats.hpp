#pragma once

#include "pj/kernels/cook_toom.hpp"

namespace pj {

/// The matrices of the fast transforms, made while compiling.
template <int m, int r>
struct CookToomFloats {
  static constexpr int n = m + r - 1;

  float B[n][n]{};
  float powers[m][n / 2 - 1]{};  ///< of the positive points, one column for each pair ±p

  constexpr CookToomFloats() {
    const CookToom f = conv_cook_toom(m, r);
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        B[i][j] = static_cast<float>(f.B(i, j).to_double());
      }
    }
    for (int k = 0; k < m; ++k) {
      for (int pair = 0; pair < n / 2 - 1; ++pair) {
        powers[k][pair] = static_cast<float>(f.A(k, 2 * pair + 1).to_double());
      }
    }
  }
};

}  // namespace pj
