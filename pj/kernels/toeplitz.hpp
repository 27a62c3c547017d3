#pragma once

#include <algorithm>

#include "pj/kernels/conv_operands.hpp"
#include "pj/kernels/strassen.hpp"

namespace pj {

/// Columns q of an output row whose input q · stride + shift lies inside a row of W.
struct InsideColumns {
  std::int64_t first, last;

  InsideColumns(std::int64_t shift, std::int64_t stride, std::int64_t W, std::int64_t Q)
      : first(std::min(Q, shift < 0 ? ceil_div(-shift, stride) : 0)),
        last(shift < W ? std::clamp(ceil_div(W - shift, stride), first, Q) : first) {}
};

/// The matrix that turns one group of a convolution into a product: row (c, r, s), column (p, q) (Sze et al. 2017,
/// Figure 16). Every input stands in it as often as a filter meets it.
template <class Number>
void fill_toeplitz(const ConvOperands<Number>& conv, std::int64_t n, std::int64_t group, TensorView<Number, 2> matrix) {
  const ConvShape& s = conv.shape;
  const Number zero = zero_like(conv.input(0, 0, 0, 0));
  auto entry = matrix.elements().begin();
  for (std::int64_t row = 0; row < matrix.size(0); ++row) {
    const std::int64_t c = group * s.group_C() + row / (s.R * s.S);
    const std::int64_t first_y = row / s.S % s.R * s.dilation_h - s.pad_top;
    const std::int64_t first_x = row % s.S * s.dilation_w - s.pad_left;
    const InsideColumns inside(first_x, s.stride_w, s.W, s.Q());
    for (std::int64_t p = 0; p < s.P(); ++p) {
      const std::int64_t y = first_y + p * s.stride_h;
      const InsideColumns columns = y >= 0 && y < s.H ? inside : InsideColumns(s.W, 1, s.W, s.Q());
      entry = std::fill_n(entry, columns.first, zero);
      for (std::int64_t q = columns.first; q < columns.last; ++q) {
        *entry++ = conv.input(n, c, y, first_x + q * s.stride_w);
      }
      entry = std::fill_n(entry, s.Q() - columns.last, zero);
    }
  }
}

/// The product of one group: filters × the Toeplitz matrix.
inline ProductShape toeplitz_product(const ConvShape& s) {
  return {s.group_M(), s.group_C() * s.R * s.S, s.P() * s.Q()};
}

/// Entries of all Toeplitz matrices over entries of the input: R·S·P·Q / (H·W).
double toeplitz_redundancy(const ConvShape& shape);

/// The convolution as products `multiply(filters, matrix, product)`, one for each image and group.
template <class Number, class Multiply>
void conv_toeplitz(const ConvOperands<Number>& conv, const Multiply& multiply) {
  const ProductShape shape = toeplitz_product(conv.shape);
  Tensor<Number, 2> matrix({shape.K, shape.N});
  const auto filter_size = static_cast<std::size_t>(shape.M * shape.K);
  const auto product_size = static_cast<std::size_t>(shape.M * shape.N);
  for (std::int64_t n = 0; n < conv.shape.N; ++n) {
    for (std::int64_t group = 0; group < conv.shape.groups; ++group) {
      fill_toeplitz(conv, n, group, matrix.view());
      const auto g = static_cast<std::size_t>(group);
      const std::size_t block = static_cast<std::size_t>(n * conv.shape.groups) + g;
      const TensorView<const Number, 2> filters(conv.weights.elements().subspan(g * filter_size, filter_size),
                                                {shape.M, shape.K});
      multiply(filters, TensorView<const Number, 2>(matrix.view()),
               TensorView<Number, 2>(conv.output.elements().subspan(block * product_size, product_size),
                                     {shape.M, shape.N}));
    }
  }
}

}  // namespace pj
