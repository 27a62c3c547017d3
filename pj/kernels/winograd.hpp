#pragma once

#include "pj/kernels/conv_operands.hpp"
#include "pj/kernels/cook_toom.hpp"

namespace pj {

/// Whether F(m×m, r×r) computes this convolution.
Verdict winograd_can_run(const ConvShape& shape, int m, int r);

/// Operations with the transformed filters kept: tiles × (input transforms + products + output transforms).
OperationCount winograd_operations(const ConvShape& shape, const CookToom& f);

/// A bound on |computed - exact| / (max|input| · max|weight|) of an algorithm that rounds each operation to unit
/// roundoff `unit`: every product passes through the sums of the three transforms and over C (Higham, Accuracy and
/// Stability of Numerical Algorithms, 2002, section 3.1, applied to the bilinear form).
double winograd_error_bound(const ConvShape& shape, const CookToom& f, double unit);

/// matrix · vector, as `transform_operations` counts it. `at(j)` is an entry of the vector.
template <class Number, class At>
Number transformed_entry(const RationalMatrix& matrix, int row, const At& at) {
  Number sum{};
  bool first = true;
  for (int j = 0; j < matrix.columns; ++j) {
    if (!(matrix(row, j) == Rational{0})) {
      const Number term = scaled_by(matrix(row, j), at(j));
      sum = first ? term : sum + term;
      first = false;
    }
  }
  return sum;
}

/// matrix · tile · matrixᵀ.
template <class Number, class At>
Tensor<Number, 2> transformed(const RationalMatrix& matrix, const At& tile) {
  Tensor<Number, 2> half({matrix.rows, matrix.columns});
  Tensor<Number, 2> whole({matrix.rows, matrix.rows});
  for (int j = 0; j < matrix.columns; ++j) {
    for (int i = 0; i < matrix.rows; ++i) {
      half(i, j) = transformed_entry<Number>(matrix, i, [&](int k) { return tile(k, j); });
    }
  }
  for (int i = 0; i < matrix.rows; ++i) {
    for (int j = 0; j < matrix.rows; ++j) {
      whole(i, j) = transformed_entry<Number>(matrix, j, [&](int k) { return half(i, k); });
    }
  }
  return whole;
}

/// What whole matrices multiplied too much.
inline WideInteger unscaled(WideInteger number, const Rational& scale) {
  ensure(number % scale.numerator() == 0, "a scaled result is divisible by its scale");
  return number / scale.numerator();
}
template <class Number>
Number unscaled(const Number& number, const Rational& scale) {
  ensure(scale == Rational{1}, "only whole numbers are transformed by scaled matrices");
  return number;
}

/// The transformed filters, M × C/groups × n × n.
template <class Number>
Tensor<Number, 4> winograd_filters(TensorView<const Number, 4> weights, const CookToom& f) {
  Tensor<Number, 4> filters({weights.size(0), weights.size(1), f.n(), f.n()});
  for (std::int64_t m = 0; m < weights.size(0); ++m) {
    for (std::int64_t c = 0; c < weights.size(1); ++c) {
      const Tensor<Number, 2> filter = transformed<Number>(f.G, [&](int r, int s) { return weights(m, c, r, s); });
      for (int i = 0; i < f.n() * f.n(); ++i) {
        filters(m, c, i / f.n(), i % f.n()) = filter(i / f.n(), i % f.n());
      }
    }
  }
  return filters;
}

/// The transformed inputs of one tile, C × n × n.
template <class Number>
Tensor<Number, 3> winograd_inputs(const ConvOperands<Number>& conv, const CookToom& f, const Shape<3>& tile) {
  const ConvShape& s = conv.shape;
  Tensor<Number, 3> inputs({s.C, f.n(), f.n()});
  for (std::int64_t c = 0; c < s.C; ++c) {
    const Tensor<Number, 2> input = transformed<Number>(f.B, [&](int i, int j) {
      return conv.padded(tile[0], c, tile[1] * f.m + i - s.pad_top, tile[2] * f.m + j - s.pad_left);
    });
    for (int i = 0; i < f.n() * f.n(); ++i) {
      inputs(c, i / f.n(), i % f.n()) = input(i / f.n(), i % f.n());
    }
  }
  return inputs;
}

/// The outputs of one tile and channel; those outside the map are dropped.
template <class Number>
void winograd_outputs(const ConvOperands<Number>& conv, const CookToom& f, const Shape<3>& tile, std::int64_t m,
                      const Tensor<Number, 2>& products) {
  const Tensor<Number, 2> outputs = transformed<Number>(f.A, [&](int i, int j) { return products(i, j); });
  const std::int64_t first_p = tile[1] * f.m;
  const std::int64_t first_q = tile[2] * f.m;
  for (std::int64_t p = first_p; p < std::min(first_p + f.m, conv.shape.P()); ++p) {
    for (std::int64_t q = first_q; q < std::min(first_q + f.m, conv.shape.Q()); ++q) {
      conv.output(tile[0], m, p, q) = unscaled(outputs(p - first_p, q - first_q), f.scale * f.scale);
    }
  }
}

/// The convolution by F(m×m, r×r), tile by tile: the plain form.
template <class Number>
void conv_winograd(const ConvOperands<Number>& conv, const CookToom& f) {
  const ConvShape& s = conv.shape;
  const Tensor<Number, 4> filters = winograd_filters(conv.weights, f);
  const std::int64_t tile_rows = ceil_div(s.P(), f.m);
  const std::int64_t tile_columns = ceil_div(s.Q(), f.m);
  for (std::int64_t t = 0; t < s.N * tile_rows * tile_columns; ++t) {
    const Shape<3> tile{t / (tile_rows * tile_columns), t / tile_columns % tile_rows, t % tile_columns};
    const Tensor<Number, 3> inputs = winograd_inputs(conv, f, tile);
    for (std::int64_t m = 0; m < s.M; ++m) {
      const std::int64_t first_channel = m / s.group_M() * s.group_C();
      Tensor<Number, 2> products({f.n(), f.n()});
      for (std::int64_t c = 0; c < s.group_C(); ++c) {
        for (int i = 0; i < f.n() * f.n(); ++i) {
          products(i / f.n(), i % f.n()) +=
              inputs(first_channel + c, i / f.n(), i % f.n()) * filters(m, c, i / f.n(), i % f.n());
        }
      }
      winograd_outputs(conv, f, tile, m, products);
    }
  }
}

}  // namespace pj
