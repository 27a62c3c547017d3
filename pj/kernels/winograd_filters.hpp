#pragma once

#include <span>

#include "pj/base/tensor.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/cook_toom.hpp"

namespace pj {

/// The filters of a convolution transformed for F(m×m, r×r), G · filter · Gᵀ in double precision: for each group and
/// position of n×n a matrix of C × M in panels (`PanelShape`). Their plain form is `winograd_filters`. Without weights
/// they are any numbers, with which the convolution takes as long.
Buffer<float> transformed_filters(const ConvShape& shape, std::span<const float> weights, const CookToom& f,
                                  std::int64_t panel);

}  // namespace pj
