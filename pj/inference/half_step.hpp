#pragma once

#include "pj/inference/conv_group.hpp"
#include "pj/inference/makers.hpp"
#include "pj/kernels/blocked_maps.hpp"

namespace pj {

/// Steps in bfloat16, where the plan asks for them.

/// Whether a plan computes in bfloat16 and a convolution can be.
bool takes_halves(const MakeContext& context, const ConvGroup& group);
Step make_half_conv(const MakeContext& context, const std::vector<std::size_t>& nodes, const ConvGroup& group);

/// Pooling of maps that are bfloat16 where they lie.
Step make_half_pool(const MakeContext& context, const std::vector<std::size_t>& nodes, const PoolShape& shape);

}  // namespace pj
