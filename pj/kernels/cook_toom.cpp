#include "pj/kernels/cook_toom.hpp"

#include <algorithm>
#include <cmath>

namespace pj {

namespace {

WideInteger common_multiple(WideInteger a, WideInteger b) {
  return a / Rational::greatest_common_divisor(a, b) * b;
}

WideInteger row_denominator(const RationalMatrix& matrix, int i) {
  WideInteger common = 1;
  for (int j = 0; j < matrix.columns; ++j) {
    common = common_multiple(common, matrix(i, j).denominator());
  }
  return common;
}

WideInteger common_denominator(const RationalMatrix& matrix) {
  WideInteger common = 1;
  for (int i = 0; i < matrix.rows; ++i) {
    common = common_multiple(common, row_denominator(matrix, i));
  }
  return common;
}

RationalMatrix times(const RationalMatrix& matrix, WideInteger factor) {
  RationalMatrix result = matrix;
  for (auto& row : result.entries) {
    for (Rational& entry : row) {
      entry = entry * Rational(factor);
    }
  }
  return result;
}

}  // namespace

bool is_exact(const CookToom& f) {
  for (int k = 0; k < f.m; ++k) {
    for (int j = 0; j < f.r; ++j) {
      for (int l = 0; l < f.n(); ++l) {
        Rational coefficient;
        for (int i = 0; i < f.n(); ++i) {
          coefficient += f.A(k, i) * f.G(i, j) * f.B(i, l);
        }
        if (!(coefficient == (l == k + j ? f.scale : Rational{0}))) {
          return false;
        }
      }
    }
  }
  return true;
}

CookToom made_whole(const CookToom& f) {
  const WideInteger a = common_denominator(f.A);
  const WideInteger g = common_denominator(f.G);
  const WideInteger b = common_denominator(f.B);
  return {f.m, f.r, times(f.A, a), times(f.G, g), times(f.B, b), f.scale * Rational(a) * Rational(g) * Rational(b)};
}

CookToom made_whole_by_points(const CookToom& f) {
  CookToom whole = f;
  std::array<Rational, RationalMatrix::most> others{};  // by what A and B multiply a point
  WideInteger scale = 1;
  for (int i = 0; i < f.n(); ++i) {
    WideInteger a = 1;
    for (int k = 0; k < f.m; ++k) {
      a = common_multiple(a, f.A(k, i).denominator());
    }
    const WideInteger b = row_denominator(f.B, i);
    for (int k = 0; k < f.m; ++k) {
      whole.A(k, i) = f.A(k, i) * Rational(a);
    }
    for (int j = 0; j < f.n(); ++j) {
      whole.B(i, j) = f.B(i, j) * Rational(b);
    }
    others[static_cast<std::size_t>(i)] = Rational(a * b);
    for (int j = 0; j < f.r; ++j) {
      scale = common_multiple(scale, (f.G(i, j) / others[static_cast<std::size_t>(i)]).denominator());
    }
  }
  for (int i = 0; i < f.n(); ++i) {
    for (int j = 0; j < f.r; ++j) {
      whole.G(i, j) = f.G(i, j) * Rational(scale) / others[static_cast<std::size_t>(i)];
    }
  }
  whole.scale = f.scale * Rational(scale);
  return whole;
}

Rational largest_row_sum(const RationalMatrix& matrix) {
  Rational largest;
  for (int i = 0; i < matrix.rows; ++i) {
    Rational sum;
    for (int j = 0; j < matrix.columns; ++j) {
      sum += matrix(i, j).magnitude();
    }
    largest = std::max(largest, sum);
  }
  return largest;
}

double input_growth_bits(const CookToom& f) {
  return 2.0 * std::log2(largest_row_sum(f.B).to_double());
}

OperationCount transform_operations(const RationalMatrix& matrix) {
  OperationCount count;
  for (int i = 0; i < matrix.rows; ++i) {
    std::int64_t terms = 0;
    for (int j = 0; j < matrix.columns; ++j) {
      const bool is_zero = matrix(i, j) == Rational{0};
      terms += is_zero ? 0 : 1;
      count.constant_multiplications += is_zero || matrix(i, j).magnitude() == Rational{1} ? 0 : 1;
    }
    count.additions += std::max<std::int64_t>(terms, 1) - 1;
  }
  return count;
}

}  // namespace pj
