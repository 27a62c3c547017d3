#include "pj/compression/factors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pj/base/error.hpp"

namespace pj {

namespace {

constexpr int tucker_rounds = 5;
constexpr double least_gain = 1e-9;

/// A Filters of the same sizes, filled by a function of its four indices.
template <class Entry>
Filters filled(const Filters& like, Entry entry) {
  Filters result{like.M, like.C, like.R, like.S, {}};
  result.numbers.reserve(static_cast<std::size_t>(like.count()));
  for (std::int64_t m = 0; m < like.M; ++m) {
    for (std::int64_t c = 0; c < like.C; ++c) {
      for (std::int64_t r = 0; r < like.R; ++r) {
        for (std::int64_t s = 0; s < like.S; ++s) {
          result.numbers.push_back(entry(m, c, r, s));
        }
      }
    }
  }
  return result;
}

/// The sizes of a Filters by mode: m, c, r, s.
std::array<std::int64_t, 4> sizes_of(const Filters& w) {
  return {w.M, w.C, w.R, w.S};
}

/// The mode's index counts the rows; the others, in order, the columns.
Matrix unfolded(const Filters& w, std::size_t mode) {
  const auto sizes = sizes_of(w);
  Matrix result(sizes[mode], w.count() / std::max<std::int64_t>(1, sizes[mode]));
  std::int64_t inner = 1;
  for (std::size_t i = mode + 1; i < sizes.size(); ++i) {
    inner *= sizes[i];
  }
  for (std::int64_t i = 0; i < w.count(); ++i) {
    const std::int64_t outer = i / (inner * sizes[mode]);
    result(i / inner % sizes[mode], outer * inner + i % inner) = w.numbers[static_cast<std::size_t>(i)];
  }
  return result;
}

/// Column k of the result is the Kronecker product of the columns k: Khatri and Rao's product.
Matrix column_products(const Matrix& a, const Matrix& b) {
  Matrix result(a.rows * b.rows, a.columns);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < b.rows; ++j) {
      for (std::int64_t k = 0; k < a.columns; ++k) {
        result(i * b.rows + j, k) = a(i, k) * b(j, k);
      }
    }
  }
  return result;
}

Matrix random_matrix(std::int64_t rows, std::int64_t columns, Rng& rng) {
  Matrix result(rows, columns);
  std::ranges::generate(result.numbers, [&] { return 2.0 * rng.uniform() - 1.0; });
  return result;
}

/// One factor, the others held: (Π Fᵀ F) x = (Π F)ᵀ W, the normal equations.
Matrix least_squares_factor(const Matrix& unfolding, const std::array<Matrix, 4>& factors, std::size_t mode) {
  Matrix joined(1, factors[0].columns);
  std::ranges::fill(joined.numbers, 1.0);
  Matrix gram(factors[0].columns, factors[0].columns);
  std::ranges::fill(gram.numbers, 1.0);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (i == mode) {
      continue;
    }
    joined = column_products(joined, factors[i]);
    const Matrix own = product(transposed(factors[i]), factors[i]);
    std::ranges::transform(gram.numbers, own.numbers, gram.numbers.begin(), std::multiplies<>());
  }
  return transposed(solved(gram, transposed(product(unfolding, joined))));
}

double squared_distance(const Filters& a, const Filters& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    sum += (a.numbers[i] - b.numbers[i]) * (a.numbers[i] - b.numbers[i]);
  }
  return sum;
}

/// The leading left singular vectors.
Matrix leading(const Matrix& matrix, std::int64_t rank, double share) {
  const SingularValues all = singular_values(matrix);
  return truncated(all, rank > 0 ? rank : rank_for(all.values, share)).left;
}

/// The tensor with one mode multiplied by the transpose of a factor: that index becomes the factor's columns.
Filters projected(const Filters& w, std::size_t mode, const Matrix& factor) {
  auto sizes = sizes_of(w);
  const Matrix rows = product(transposed(factor), unfolded(w, mode));
  std::int64_t inner = 1;
  for (std::size_t i = mode + 1; i < sizes.size(); ++i) {
    inner *= sizes[i];
  }
  sizes[mode] = factor.columns;
  Filters result{sizes[0], sizes[1], sizes[2], sizes[3], {}};
  result.numbers.resize(static_cast<std::size_t>(result.count()));
  for (std::int64_t i = 0; i < result.count(); ++i) {
    const std::int64_t outer = i / (inner * sizes[mode]);
    result.numbers[static_cast<std::size_t>(i)] = rows(i / inner % sizes[mode], outer * inner + i % inner);
  }
  return result;
}

}  // namespace

std::int64_t rank_for(const std::vector<double>& singular, double share) {
  double all = 0.0;
  for (const double value : singular) {
    all += value * value;
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < singular.size(); ++i) {
    sum += singular[i] * singular[i];
    if (sum >= share * all) {
      return static_cast<std::int64_t>(i) + 1;
    }
  }
  return std::max<std::int64_t>(1, std::ssize(singular));
}

SeparableFactors separable_factors(const Filters& w, std::int64_t rank, double share) {
  Matrix matrix(w.C * w.R, w.M * w.S);
  for (std::int64_t c = 0; c < w.C; ++c) {
    for (std::int64_t r = 0; r < w.R; ++r) {
      for (std::int64_t m = 0; m < w.M; ++m) {
        for (std::int64_t s = 0; s < w.S; ++s) {
          matrix(c * w.R + r, m * w.S + s) = w(m, c, r, s);
        }
      }
    }
  }
  const SingularValues all = singular_values(matrix);
  const SingularValues kept = truncated(all, rank > 0 ? rank : rank_for(all.values, share));
  SeparableFactors factors{transposed(kept.left), transposed(kept.right)};
  for (std::int64_t k = 0; k < factors.vertical.rows; ++k) {  // each takes the root of the singular value
    const double root = std::sqrt(kept.values[static_cast<std::size_t>(k)]);
    for (std::int64_t i = 0; i < factors.vertical.columns; ++i) {
      factors.vertical(k, i) *= root;
    }
    for (std::int64_t i = 0; i < factors.horizontal.rows; ++i) {
      factors.horizontal(i, k) *= root;
    }
  }
  return factors;
}

DepthwiseFactors depthwise_factors(const Filters& w, std::int64_t multiplier) {
  DepthwiseFactors factors{Matrix(w.C * multiplier, w.R * w.S), Matrix(w.M, w.C * multiplier)};
  for (std::int64_t c = 0; c < w.C; ++c) {
    Matrix matrix(w.M, w.R * w.S);
    for (std::int64_t m = 0; m < w.M; ++m) {
      for (std::int64_t i = 0; i < w.R * w.S; ++i) {
        matrix(m, i) = w(m, c, i / w.S, i % w.S);
      }
    }
    const SingularValues kept = truncated(singular_values(matrix), multiplier);
    for (std::int64_t d = 0; d < multiplier; ++d) {
      const double root = std::sqrt(kept.values[static_cast<std::size_t>(d)]);
      for (std::int64_t i = 0; i < w.R * w.S; ++i) {
        factors.planes(c * multiplier + d, i) = root * kept.right(d, i);
      }
      for (std::int64_t m = 0; m < w.M; ++m) {
        factors.points(m, c * multiplier + d) = root * kept.left(m, d);
      }
    }
  }
  return factors;
}

TuckerFactors tucker_factors(const Filters& w, std::int64_t outputs, std::int64_t inputs, double share) {
  TuckerFactors factors{leading(unfolded(w, 0), outputs, share), leading(unfolded(w, 1), inputs, share), {}};
  for (int round = 0; round < tucker_rounds; ++round) {
    factors.outputs = leading(unfolded(projected(w, 1, factors.inputs), 0), factors.outputs.columns, share);
    factors.inputs = leading(unfolded(projected(w, 0, factors.outputs), 1), factors.inputs.columns, share);
  }
  factors.core = projected(projected(w, 0, factors.outputs), 1, factors.inputs);
  return factors;
}

CpFactors cp_factors(const Filters& w, std::int64_t rank, int rounds, Rng& rng) {
  std::array<Matrix, 4> factors;
  std::array<Matrix, 4> unfoldings;
  const auto sizes = sizes_of(w);
  for (std::size_t mode = 0; mode < factors.size(); ++mode) {
    factors[mode] = random_matrix(sizes[mode], rank, rng);
    unfoldings[mode] = unfolded(w, mode);
  }
  Filters zeros = w;
  std::ranges::fill(zeros.numbers, 0.0);
  const double power = squared_distance(w, zeros);
  double before = power;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t mode = 0; mode < factors.size(); ++mode) {
      factors[mode] = least_squares_factor(unfoldings[mode], factors, mode);
    }
    const double error = squared_distance(w, multiplied(CpFactors{factors[0], factors[1], factors[2], factors[3]}, w));
    if (round > 0 && before - error < least_gain * power) {
      break;
    }
    before = error;
  }
  return {factors[0], factors[1], factors[2], factors[3]};
}

Filters multiplied(const SeparableFactors& factors, const Filters& like) {
  const Matrix all = product(factors.horizontal, factors.vertical);
  return filled(like, [&](auto m, auto c, auto r, auto s) { return all(m * like.S + s, c * like.R + r); });
}

Filters multiplied(const DepthwiseFactors& factors, const Filters& like) {
  const std::int64_t multiplier = factors.planes.rows / like.C;
  return filled(like, [&](auto m, auto c, auto r, auto s) {
    double sum = 0.0;
    for (std::int64_t d = 0; d < multiplier; ++d) {
      sum += factors.points(m, c * multiplier + d) * factors.planes(c * multiplier + d, r * like.S + s);
    }
    return sum;
  });
}

Filters multiplied(const TuckerFactors& factors, const Filters&) {
  return projected(projected(factors.core, 0, transposed(factors.outputs)), 1, transposed(factors.inputs));
}

Filters multiplied(const CpFactors& factors, const Filters& like) {
  const Matrix rest = column_products(column_products(factors.c, factors.r), factors.s);
  Filters result{like.M, like.C, like.R, like.S, product(factors.m, transposed(rest)).numbers};
  return result;
}

}  // namespace pj
