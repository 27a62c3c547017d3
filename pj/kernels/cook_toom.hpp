#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "pj/kernels/counted.hpp"
#include "pj/kernels/rational.hpp"

namespace pj {

/// A small matrix of exact fractions, usable while compiling.
struct RationalMatrix {
  static constexpr std::size_t most = 15;

  int rows = 0, columns = 0;
  std::array<std::array<Rational, most>, most> entries{};

  constexpr Rational& operator()(int i, int j) {
    return entries[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  constexpr const Rational& operator()(int i, int j) const {
    return entries[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  constexpr bool operator==(const RationalMatrix&) const = default;
};

/// Winograd's minimal filtering F(m, r): m outputs of a filter with r taps from n = m + r - 1 inputs with n
/// multiplications, y = A ((G g) ⊙ (B d)) (Lavin and Gray, CVPR 2016, equation 5, whose Aᵀ and Bᵀ are our A and B).
struct CookToom {
  static constexpr int most_outputs = 8, most_taps = 8;

  int m = 2, r = 3;
  RationalMatrix A, G, B;
  Rational scale = 1;  ///< of the results; 1 unless the matrices were made whole

  constexpr int n() const { return m + r - 1; }
};

/// The points at which the polynomials are evaluated, beside infinity: 0, then pairs ±p, small ones first, so that the
/// entries of the matrices grow slowly.
constexpr std::array<Rational, 14> cook_toom_points{
    Rational{0}, Rational{1},  Rational{-1},   Rational{2},     Rational{-2}, Rational{1, 2}, Rational{-1, 2},
    Rational{3}, Rational{-3}, Rational{1, 3}, Rational{-1, 3}, Rational{4},  Rational{-4},   Rational{1, 4}};

/// The matrices for 1 <= m, r <= 8 and m + r - 2 different points, by the method of Toom and Cook: evaluate filter and
/// data at the points and at infinity, multiply, interpolate; then transposed, which turns the product of polynomials
/// into a filter (Winograd, Arithmetic Complexity of Computations, 1980, chapter IV). The divisors of the interpolation
/// stand in G.
constexpr CookToom cook_toom(int m, int r, std::span<const Rational> points = cook_toom_points) {
  ensure_exact(m >= 1 && m <= CookToom::most_outputs && r >= 1 && r <= CookToom::most_taps,
               "F(m,r) has m and r from 1 to 8");
  const int n = m + r - 1;
  CookToom f{m, r, {m, n, {}}, {n, r, {}}, {n, n, {}}};
  for (int i = 0; i < n; ++i) {
    const bool infinite = i == n - 1;
    const Rational point = infinite ? Rational{0} : points[static_cast<std::size_t>(i)];
    f.B(i, 0) = 1;
    Rational divisor = 1;
    for (int other = 0, degree = 0; other < n - 1; ++other) {  // times (x - p), coefficients of rising powers
      if (other != i) {
        const Rational p = points[static_cast<std::size_t>(other)];
        ++degree;
        for (int k = degree; k >= 0; --k) {
          f.B(i, k) = (k > 0 ? f.B(i, k - 1) : Rational{0}) - p * f.B(i, k);
        }
        divisor = infinite ? divisor : divisor * (point - p);
      }
    }
    Rational power = 1;
    for (int k = 0; k < n; ++k, power = power * point) {
      if (k < m) {
        f.A(k, i) = infinite ? Rational{k == m - 1 ? 1 : 0} : power;
      }
      if (k < r) {
        f.G(i, k) = infinite ? Rational{k == r - 1 ? 1 : 0} : power / divisor;
      }
    }
  }
  return f;
}

/// Points nearer to 1, with which sums of six terms round to half the error and less, and which floats hold exactly.
constexpr std::array<Rational, 5> rounding_points{Rational{0}, Rational{1, 2}, Rational{-1, 2}, Rational{3, 2},
                                                  Rational{-3, 2}};

/// The matrices that convolutions take, in floats and in whole numbers.
constexpr CookToom conv_cook_toom(int m, int r) {
  return m + r - 1 == 6 ? cook_toom(m, r, rounding_points) : cook_toom(m, r);
}

/// True where the bilinear form is that of the filter, entry by entry in exact fractions:
/// Σ_i A(k,i) G(i,j) B(i,l) = 1 where l = k + j, else 0.
bool is_exact(const CookToom& f);

/// The same filter with whole matrices: each times its common denominator, which `scale` makes good.
CookToom made_whole(const CookToom& f);

/// The same, but each point's column of A and rows of G and B by denominators of their own, whose product is the scale.
CookToom made_whole_by_points(const CookToom& f);

/// The largest sum of the magnitudes in a row: how far a transform can make numbers grow.
Rational largest_row_sum(const RationalMatrix& matrix);

/// Bits by which whole numbers can grow in the two-dimensional transform of the input.
double input_growth_bits(const CookToom& f);

/// Operations of a matrix times a vector as `transform` does it: zeros are left out, ±1 are not multiplied.
OperationCount transform_operations(const RationalMatrix& matrix);

}  // namespace pj
