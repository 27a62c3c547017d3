#pragma once

#include <optional>

#include "pj/kernels/conv_shape.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// The convolution that a node computes: of a two- or one-dimensional convolution or a fully connected layer (whose
/// inputs are channels of maps of one element). Nothing for all other nodes, transposed convolutions and those with a
/// table of connections. Throws `InputError` where it is too large to be counted.
std::optional<ConvShape> layer_conv(const Network& network, const Node& node);

}  // namespace pj
