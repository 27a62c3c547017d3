#pragma once

#include "pj/kernels/byte_conv.hpp"
#include "pj/kernels/half_conv.hpp"

namespace pj {

/// The library's convolution of bytes, channels last, as a step of our plans: what whole networks are compared with.
/// Its factors are floats and it rounds once in float32, so that a result may be one step away from `byte_conv_result`.

/// Inputs stand for themselves or for themselves - 128, and weights have 8 bits.
Verdict onednn_layer_can_run(const ByteConv& conv);
PreparedByteLayer prepare_onednn_layer(const ByteConv& conv);

/// The library's convolution or inner product in bfloat16, with the same forms as `prepare_half`.
Verdict onednn_half_can_run(const ConvShape& shape);
PreparedHalf prepare_onednn_half(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue,
                                 bool is_float);

}  // namespace pj
