#include "pj/compression/stacked_filters.hpp"

#include <algorithm>

namespace pj {

namespace {

constexpr std::int64_t half = 3;          // the side of each filter
constexpr std::int64_t whole_filter = 5;  // of what they stand for
constexpr std::int64_t half_area = half * half;
constexpr std::int64_t whole_area = whole_filter * whole_filter;

/// Which of the two filters is held while the other is looked for.
enum class Held { First, Last };

std::int64_t outer_count(const Filters& held, Held side) {
  return side == Held::Last ? held.M : held.C;
}

/// The held filter between an outer channel (an output of the last, an input of the first) and a channel between.
double held_weight(const Filters& held, Held side, std::int64_t outer, std::int64_t k, std::int64_t r, std::int64_t s) {
  if (r < 0 || r >= half || s < 0 || s >= half) {
    return 0.0;
  }
  return side == Held::Last ? held(outer, k, r, s) : held(k, outer, r, s);
}

/// The matrix that makes the wanted filters of 5 × 5 (rows: outer channel, place) from the free ones of 3 × 3 (columns:
/// channel between, place).
Matrix overlaps(const Filters& held, Held side) {
  const std::int64_t channels = side == Held::Last ? held.C : held.M;
  Matrix matrix(outer_count(held, side) * whole_area, channels * half_area);
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    const std::int64_t outer = row / whole_area;
    const std::int64_t u = row % whole_area / whole_filter;
    const std::int64_t v = row % whole_filter;
    for (std::int64_t column = 0; column < matrix.columns; ++column) {
      const std::int64_t r = column % half_area / half;
      const std::int64_t s = column % half;
      matrix(row, column) = held_weight(held, side, outer, column / half_area, u - r, v - s);
    }
  }
  return matrix;
}

/// The wanted filters with the held half's outer channel and place as rows, the free half's channel as columns.
Matrix wanted(const Filters& w, Held side) {
  Matrix matrix((side == Held::Last ? w.M : w.C) * whole_area, side == Held::Last ? w.C : w.M);
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    const std::int64_t outer = row / whole_area;
    const std::int64_t u = row % whole_area / whole_filter;
    const std::int64_t v = row % whole_filter;
    for (std::int64_t free = 0; free < matrix.columns; ++free) {
      matrix(row, free) = side == Held::Last ? w(outer, free, u, v) : w(free, outer, u, v);
    }
  }
  return matrix;
}

/// The free half that is nearest in least squares, by the normal equations: columns are its outer channels.
Matrix nearest_half(const Filters& w, const Filters& held, Held side) {
  const Matrix map = overlaps(held, side);
  return solved(product(transposed(map), map), product(transposed(map), wanted(w, side)));
}

Filters random_half(std::int64_t outputs, std::int64_t inputs, Rng& rng) {
  Filters filters{outputs, inputs, half, half, {}};
  filters.numbers.resize(static_cast<std::size_t>(filters.count()));
  std::ranges::generate(filters.numbers, [&] { return 2.0 * rng.uniform() - 1.0; });
  return filters;
}

}  // namespace

StackedFilters stacked_filters(const Filters& w, std::int64_t channels, int rounds, Rng& rng) {
  StackedFilters stacked{{channels, w.C, half, half, {}}, random_half(w.M, channels, rng)};
  stacked.first.numbers.resize(static_cast<std::size_t>(stacked.first.count()));
  for (int round = 0; round < rounds; ++round) {
    const Matrix first = nearest_half(w, stacked.last, Held::Last);  // (k, place) × c
    for (std::int64_t i = 0; i < stacked.first.count(); ++i) {
      const std::int64_t k = i / (w.C * half_area);
      stacked.first.numbers[static_cast<std::size_t>(i)] = first(k * half_area + i % half_area, i / half_area % w.C);
    }
    stacked.last.numbers = transposed(nearest_half(w, stacked.first, Held::First)).numbers;  // m × (k, place)
  }
  return stacked;
}

Filters multiplied(const StackedFilters& stacked) {
  Filters result{stacked.last.M, stacked.first.C, whole_filter, whole_filter, {}};
  const Matrix map = overlaps(stacked.last, Held::Last);
  Matrix first(map.columns, stacked.first.C);
  for (std::int64_t row = 0; row < first.rows; ++row) {
    for (std::int64_t c = 0; c < first.columns; ++c) {
      first(row, c) = stacked.first(row / half_area, c, row % half_area / half, row % half);
    }
  }
  const Matrix all = product(map, first);
  for (std::int64_t m = 0; m < result.M; ++m) {
    for (std::int64_t c = 0; c < result.C; ++c) {
      for (std::int64_t i = 0; i < whole_area; ++i) {
        result.numbers.push_back(all(m * whole_area + i, c));
      }
    }
  }
  return result;
}

}  // namespace pj
