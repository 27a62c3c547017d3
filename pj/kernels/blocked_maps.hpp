#pragma once

#include <functional>
#include <span>

#include "pj/base/error.hpp"
#include "pj/base/tensor.hpp"
#include "pj/kernels/half_kernels.hpp"
#include "pj/kernels/vector_kernels.hpp"

namespace pj {

/// The fast layers without weights on maps in blocks of 16 channels, with the loops of any instruction set.

/// A pooling of N×C×H×W maps: the largest, or the mean over what lies in the map or, with `count_padding`, in the
/// padding, too.
struct PoolShape {
  std::int64_t N = 1, C = 1, H = 1, W = 1, P = 1, Q = 1, R = 1, S = 1;
  std::int64_t stride_h = 1, stride_w = 1, pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool is_max = true, count_padding = false;
};

/// A layer that is ready to be run; each part is a block of channels of an image.
struct PreparedMaps {
  std::int64_t parts = 1;
  std::int64_t workspace = 0;  ///< numbers
  std::function<void(std::span<const float> input, std::span<float> output, std::span<float> workspace,
                     std::int64_t first, std::int64_t last)>
      run;
};

/// No window may lie outside the map.
Verdict pool_can_run(const PoolShape& shape);
/// One over the elements of each mean, P × Q.
Buffer<float> pool_factors(const PoolShape& shape);
PreparedMaps prepare_pool(const VectorKernels& kernels, const PoolShape& shape);

/// The same on maps of bfloat16; means are summed in float32.
struct PreparedHalfMaps {
  std::int64_t parts = 1;
  std::function<void(std::span<const std::uint16_t> input, std::span<std::uint16_t> output, std::int64_t first,
                     std::int64_t last)>
      run;
};
PreparedHalfMaps prepare_half_pool(const HalfKernels& kernels, const PoolShape& shape);

/// Local response normalisation: x / (bias + alpha / size · Σ x²)^beta over `size` neighbouring channels.
struct ResponseShape {
  std::int64_t N = 1, C = 1, positions = 1, size = 5;
  float alpha = 1e-4F, beta = 0.75F, bias = 1.0F;
};
Verdict response_can_run(const ResponseShape& shape);
PreparedMaps prepare_response(const VectorKernels& kernels, const ResponseShape& shape);

}  // namespace pj
