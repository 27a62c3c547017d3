#pragma once

#include <span>

#include "pj/kernels/algorithms.hpp"
#include "pj/kernels/vector_kernels.hpp"

namespace pj {

/// The fast convolutions on blocks of 16 channels, with the loops of any instruction set that the processor has.

/// Groups that are whole blocks of channels.
Verdict blocks_can_run(const ConvShape& shape);

PreparedConv prepare_winograd(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                              int m, int r);

/// 1×1 with stride 1 and without padding: one product.
Verdict pointwise_can_run(const ConvShape& shape);
PreparedConv prepare_pointwise(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights);

/// One filter for each channel.
Verdict depthwise_can_run(const ConvShape& shape);
PreparedConv prepare_depthwise(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights);

}  // namespace pj
