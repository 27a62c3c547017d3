#pragma once

#include <algorithm>

#include "pj/base/tensor.hpp"
#include "pj/kernels/counted.hpp"

namespace pj {

/// The product of two matrices by its definition, with one multiplication and one addition for each MAC.
template <class Number>
void matrix_product(TensorView<const Number, 2> a, TensorView<const Number, 2> b, TensorView<Number, 2> product) {
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    for (std::int64_t j = 0; j < b.size(1); ++j) {
      Number sum{};
      for (std::int64_t k = 0; k < a.size(1); ++k) {
        sum += a(i, k) * b(k, j);
      }
      product(i, j) = sum;
    }
  }
}

/// The sizes of a product of an M×K with a K×N matrix.
struct ProductShape {
  std::int64_t M = 1, K = 1, N = 1;

  bool operator==(const ProductShape&) const = default;
};

/// The four quarters of a matrix, whose odd sizes are filled up with zeros.
template <class Number>
Tensor<Number, 2> quarter(TensorView<const Number, 2> whole, std::int64_t row, std::int64_t column) {
  const std::int64_t rows = ceil_div(whole.size(0), 2);
  const std::int64_t columns = ceil_div(whole.size(1), 2);
  Tensor<Number, 2> part({rows, columns});
  std::ranges::fill(part.elements(), zero_like(whole(0, 0)));
  const std::int64_t filled = std::min(columns, whole.size(1) - column * columns);
  for (std::int64_t i = 0; i < std::min(rows, whole.size(0) - row * rows); ++i) {
    const std::int64_t first = (row * rows + i) * whole.size(1) + column * columns;
    std::copy_n(whole.elements().begin() + first, filled, part.elements().begin() + i * columns);
  }
  return part;
}

/// a + b or a - b, element by element.
template <class Number>
Tensor<Number, 2> sum(const Tensor<Number, 2>& a, const Tensor<Number, 2>& b) {
  Tensor<Number, 2> result(a.shape());
  std::ranges::transform(a.elements(), b.elements(), result.elements().begin(),
                         [](Number x, Number y) { return x + y; });
  return result;
}
template <class Number>
Tensor<Number, 2> difference(const Tensor<Number, 2>& a, const Tensor<Number, 2>& b) {
  Tensor<Number, 2> result(a.shape());
  std::ranges::transform(a.elements(), b.elements(), result.elements().begin(),
                         [](Number x, Number y) { return x - y; });
  return result;
}

/// Strassen's product (Numerische Mathematik 13, 1969): seven products of halves for eight, `levels` times over, then
/// `leaf(a, b, product)`. `leaf` is called with the shapes of `strassen_leaf`.
template <class Number, class Leaf>
void strassen(TensorView<const Number, 2> a, TensorView<const Number, 2> b, TensorView<Number, 2> product, int levels,
              const Leaf& leaf) {
  if (levels == 0) {
    leaf(a, b, product);
    return;
  }
  using Matrix = Tensor<Number, 2>;
  const Matrix a11 = quarter(a, 0, 0), a12 = quarter(a, 0, 1), a21 = quarter(a, 1, 0), a22 = quarter(a, 1, 1);
  const Matrix b11 = quarter(b, 0, 0), b12 = quarter(b, 0, 1), b21 = quarter(b, 1, 0), b22 = quarter(b, 1, 1);
  const auto times = [&](const Matrix& left, const Matrix& right) {
    Matrix result({left.size(0), right.size(1)});
    strassen(left.view(), right.view(), result.view(), levels - 1, leaf);
    return result;
  };
  const Matrix m1 = times(sum(a11, a22), sum(b11, b22));
  const Matrix m2 = times(sum(a21, a22), b11);
  const Matrix m3 = times(a11, difference(b12, b22));
  const Matrix m4 = times(a22, difference(b21, b11));
  const Matrix m5 = times(sum(a11, a12), b22);
  const Matrix m6 = times(difference(a21, a11), sum(b11, b12));
  const Matrix m7 = times(difference(a12, a22), sum(b21, b22));
  const std::array quarters{sum(difference(sum(m1, m4), m5), m7), sum(m3, m5), sum(m2, m4),
                            sum(sum(difference(m1, m2), m3), m6)};
  const auto [rows, columns] = quarters.front().shape();
  for (std::int64_t i = 0; i < product.size(0); ++i) {
    const std::size_t left = static_cast<std::size_t>(i / rows * 2);
    const auto line = product.elements().begin() + i * product.size(1);
    const std::int64_t second = product.size(1) - columns;  // the right quarters may be one column narrower
    std::copy_n(quarters[left].elements().begin() + i % rows * columns, columns, line);
    std::copy_n(quarters[left + 1].elements().begin() + i % rows * columns, second, line + columns);
  }
}

/// The shape of the innermost products after so many levels.
ProductShape strassen_leaf(ProductShape shape, int levels);

/// Seven products and 18 sums of quarters a level.
OperationCount strassen_operations(ProductShape shape, int levels);

}  // namespace pj
