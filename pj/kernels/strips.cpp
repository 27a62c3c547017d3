#include "pj/kernels/strips.hpp"

#include <memory>

#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/layout.hpp"

namespace pj {

namespace {

StripLayer strip_pointwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                           const Epilogue& epilogue) {
  const auto panels = std::make_shared<const Buffer<float>>(pointwise_panels(kernels, s, weights));
  const auto bound = std::make_shared<const BlockedEpilogue>(epilogue, s.M);
  return {.input = {1, s.C, s.H, s.W},
          .output = {1, s.M, s.H, s.W},
          .R = 1,
          .stride = 1,
          .pad = 0,
          .weights = std::ssize(*panels),
          .name = "pointwise",
          .run = [=, &kernels](auto input, auto output, auto, auto first, auto last) {
            const std::int64_t row = s.W * block_size;
            kernels.product({input.numbers + (first - input.first) * row, input.plane, blocks_of(s.C), panels->data(),
                             output.numbers + (first - output.first) * row, output.plane, blocks_of(s.M),
                             (last - first) * s.W, bound->at(0, nullptr, 0), nullptr});
          }};
}

StripLayer strip_depthwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                           const Epilogue& epilogue) {
  const auto filters = std::make_shared<const Tensor<float, 4>>(depthwise_filters(s, weights));
  const auto bound = std::make_shared<const BlockedEpilogue>(epilogue, s.M);
  return {.input = {1, s.C, s.H, s.W},
          .output = {1, s.M, s.P(), s.Q()},
          .R = s.dilated_R(),
          .stride = s.stride_h,
          .pad = s.pad_top,
          .weights = std::ssize(filters->elements()),
          .name = "depthwise",
          .run = [=, &kernels](auto input, auto output, auto, auto first, auto last) {
            // A map that begins at the first row that is there, and with it the padding.
            const std::int64_t pad = s.pad_top + input.first - first * s.stride_h;
            for (std::int64_t block = 0; block < blocks_of(s.C); ++block) {
              kernels.depthwise({s.H - input.first, s.W, last - first, s.Q(), s.R, s.S, s.stride_h, s.stride_w, pad,
                                 s.pad_left, s.dilation_h, s.dilation_w, input.numbers + block * input.plane,
                                 filters->elements().data() + block * s.R * s.S * block_size,
                                 output.numbers + block * output.plane + (first - output.first) * s.Q() * block_size,
                                 bound->at(block * block_size, nullptr, 0)});
            }
          }};
}

}  // namespace

Verdict strip_conv_can_run(const ConvShape& s, const Epilogue& epilogue) {
  if (epilogue.residual) {
    return Verdict::no("a residual is added");
  }
  if (s.groups > 1 && !depthwise_can_run(s)) {
    return Verdict::no("it has groups of several channels");
  }
  return s.groups > 1 || pointwise_can_run(s) ? Verdict::yes() : windowed_can_run(s);
}

StripLayer strip_conv(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                      const Epilogue& epilogue, bool is_first) {
  if (depthwise_can_run(s)) {
    return strip_depthwise(kernels, s, weights, epilogue);
  }
  if (pointwise_can_run(s)) {
    return strip_pointwise(kernels, s, weights, epilogue);
  }
  return strip_windowed(kernels, s, weights, epilogue, is_first ? windowed_layouts(s).input : Layout::Blocked);
}

StripLayer strip_pool(const VectorKernels& kernels, const PoolShape& s) {
  const auto factors = std::make_shared<const Buffer<float>>(pool_factors(s));
  return {.input = {1, s.C, s.H, s.W},
          .output = {1, s.C, s.P, s.Q},
          .R = s.R,
          .stride = s.stride_h,
          .pad = s.pad_top,
          .name = s.is_max ? "max pooling" : "average pooling",
          .run = [=, &kernels](auto input, auto output, auto, auto first, auto last) {
            const std::int64_t pad = s.pad_top + input.first - first * s.stride_h;
            for (std::int64_t block = 0; block < blocks_of(s.C); ++block) {
              kernels.pool({s.H - input.first, s.W, last - first, s.Q, s.R, s.S, s.stride_h, s.stride_w, pad,
                            s.pad_left, input.numbers + block * input.plane,
                            output.numbers + block * output.plane + (first - output.first) * s.Q * block_size, s.is_max,
                            factors->data() + first * s.Q});
            }
          }};
}

}  // namespace pj
