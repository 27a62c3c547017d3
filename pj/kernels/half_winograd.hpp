#pragma once

#include "pj/kernels/half_conv.hpp"

namespace pj {

/// A convolution of bfloat16 maps by F(4×4,3×3) in whole numbers: tiles are transformed in float32 and rounded to 16
/// bits with a step for each tile, filters with a step for each output channel, so that no sum exceeds 32 bits. That
/// rounds some eight times finer than bfloat16 would, and is multiplied by the products of `PairWinograd`
/// (docs/kernels.md). A tile with a number that is not finite makes outputs that are not numbers.

Verdict half_winograd_can_run(const ConvShape& shape, bool is_float);

/// Whether that is likely to be faster than `prepare_half`.
bool half_winograd_pays(const ConvShape& shape);

/// `is_float` is false.
PreparedHalf prepare_half_winograd(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                                   const Epilogue& epilogue);

/// A bound on |computed - exact| / (max|input| · max|weight|) of a sum, before it is rounded to bfloat16.
double half_winograd_error_bound(const ConvShape& shape);

}  // namespace pj
