#pragma once

#include <vector>

#include "pj/inference/makers.hpp"
#include "pj/kernels/blocked_maps.hpp"

namespace pj {

/// Steps on maps in blocks of 16 channels that have no weights to speak of.

/// Max and average pooling, also over the whole map, and the mean over the spatial axes.
NodeGroup take_pool(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_pool(const MakeContext& context, const std::vector<std::size_t>& nodes);

/// What such a node computes.
PoolShape pool_shape(const PlanGraph& graph, const Node& node);

/// Local response normalisation.
NodeGroup take_response(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_response(const MakeContext& context, const std::vector<std::size_t>& nodes);

/// Batch normalisation, a sum of two tensors of one shape, or an activation that the epilogue of a convolution knows,
/// in one pass with the next of them, in whatever layout the operands are.
NodeGroup take_pointwise_pass(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_pointwise_pass(const MakeContext& context, const std::vector<std::size_t>& nodes);

/// Between float32 and whole numbers of 8 bits with one scale, to the bit as the plain executor does it.
NodeGroup take_quantise(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_quantise(const MakeContext& context, const std::vector<std::size_t>& nodes);
NodeGroup take_dequantise(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_dequantise(const MakeContext& context, const std::vector<std::size_t>& nodes);

}  // namespace pj
