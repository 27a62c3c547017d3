#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string>

#include "pj/base/error.hpp"
#include "pj/kernels/blocked_maps.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/epilogue.hpp"
#include "pj/kernels/vector_kernels.hpp"

namespace pj {

/// Some rows of a map of one image: those from `first` on. A plane is a block of 16 channels, or a channel of a planar
/// map; its rows lie one behind the other.
template <class Number>
struct MapRows {
  Number* numbers;
  std::int64_t plane;  ///< numbers from one plane to the next
  std::int64_t first;
};

/// A layer that can be computed some rows at a time, with the loops that compute it as a whole: the results are the
/// same to the last bit, whatever the rows.
struct StripLayer {
  Shape<4> input, output;       ///< of one image
  bool is_planar = false;       ///< the input; the output lies in blocks of 16 channels
  std::int64_t R, stride, pad;  ///< rows of a window; a window begins at row p · stride − pad
  std::int64_t weights = 0;     ///< numbers that it keeps
  std::int64_t workspace = 0;   ///< numbers
  std::string name;
  /// The output's rows from `first` to before `last`; all rows of their windows that the map has are there.
  std::function<void(MapRows<const float> input, MapRows<float> output, std::span<float> workspace, std::int64_t first,
                     std::int64_t last)>
      run;

  /// The input's rows that these rows of the output need.
  std::int64_t first_input(std::int64_t first) const {
    return std::clamp<std::int64_t>(first * stride - pad, 0, input[2]);
  }
  std::int64_t last_input(std::int64_t last) const {
    return std::clamp<std::int64_t>((last - 1) * stride - pad + R, 0, input[2]);
  }
};

/// A convolution without groups, or with one filter for each channel, and without a residual.
Verdict strip_conv_can_run(const ConvShape& shape, const Epilogue& epilogue);
/// `is_first`: of a map of the network, which may be planar; all others lie in blocks.
StripLayer strip_conv(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                      const Epilogue& epilogue, bool is_first);
/// The row `direct, blocked`.
StripLayer strip_windowed(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                          const Epilogue& epilogue, Layout input);

StripLayer strip_pool(const VectorKernels& kernels, const PoolShape& shape);

}  // namespace pj
