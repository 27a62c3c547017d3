#pragma once

#include <span>

#include "pj/kernels/conv_shape.hpp"

namespace pj {

/// The matrix that turns one group of a convolution into a product (`fill_toeplitz`): row (c, r, s), column (p, q).
/// `image` holds the group's channels of one image.
template <class Real>
void image_to_columns(const ConvShape& shape, std::span<const Real> image, std::span<Real> columns);

/// Its adjoint: adds every entry of the matrix to the input that it came from.
template <class Real>
void add_columns_to_image(const ConvShape& shape, std::span<const Real> columns, std::span<Real> image);

}  // namespace pj
