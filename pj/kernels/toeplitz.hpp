#pragma once

#include "pj/kernels/conv_operands.hpp"
#include "pj/kernels/strassen.hpp"

namespace pj {

/// The matrix that turns one group of a convolution into a product: row (c, r, s), column (p, q) (Sze et al. 2017,
/// Figure 16). Every input stands in it as often as a filter meets it.
template <class Number>
void fill_toeplitz(const ConvOperands<Number>& conv, std::int64_t n, std::int64_t group, TensorView<Number, 2> matrix) {
  const ConvShape& s = conv.shape;
  for (std::int64_t row = 0; row < matrix.size(0); ++row) {
    const std::int64_t c = group * s.group_C() + row / (s.R * s.S);
    const std::int64_t first_y = row / s.S % s.R * s.dilation_h - s.pad_top;
    const std::int64_t first_x = row % s.S * s.dilation_w - s.pad_left;
    for (std::int64_t p = 0; p < s.P(); ++p) {
      for (std::int64_t q = 0; q < s.Q(); ++q) {
        matrix(row, p * s.Q() + q) = conv.padded(n, c, first_y + p * s.stride_h, first_x + q * s.stride_w);
      }
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
