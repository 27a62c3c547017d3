#pragma once

#include "pj/kernels/algorithms.hpp"

namespace pj {

using PrepareConv = std::function<PreparedConv(const ConvShape&, std::span<const float>, const Epilogue&)>;

/// A convolution that `prepare` gives no parts, as up to four convolutions of some of the output channels each: in one
/// image these lie one behind the other. As a whole where they are few, or where a part has other `layouts`.
PreparedConv in_channel_parts(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue,
                              const ConvLayouts& layouts, const PrepareConv& prepare);

}  // namespace pj
