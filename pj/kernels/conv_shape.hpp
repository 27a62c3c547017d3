#pragma once

#include <cstdint>
#include <string>

#include "pj/base/tensor.hpp"

namespace pj {

/// A two-dimensional convolution in the field's letters (Sze et al. 2017, Table I). A fully connected layer is one
/// whose filter covers its whole map.
struct ConvShape {
  std::int64_t N = 1, C = 1, M = 1, H = 1, W = 1, R = 1, S = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t groups = 1;

  bool operator==(const ConvShape&) const = default;

  /// Rows and columns of the output.
  std::int64_t P() const { return (H + pad_top + pad_bottom - dilated_R()) / stride_h + 1; }
  std::int64_t Q() const { return (W + pad_left + pad_right - dilated_S()) / stride_w + 1; }
  /// Rows and columns that a dilated filter spans.
  std::int64_t dilated_R() const { return (R - 1) * dilation_h + 1; }
  std::int64_t dilated_S() const { return (S - 1) * dilation_w + 1; }
  /// Channels of one group.
  std::int64_t group_C() const { return C / groups; }
  std::int64_t group_M() const { return M / groups; }
  /// Weights of one filter.
  std::int64_t filter_size() const { return group_C() * R * S; }

  /// A filter that covers its whole map once: the convolution is one product of images × filters.
  bool is_fully_connected() const {
    return groups == 1 && R == H && S == W && P() == 1 && Q() == 1 && pad_top == 0 && pad_left == 0;
  }
  /// A filter of 1×1 that leaves no input out.
  bool is_pointwise() const { return R == 1 && S == 1 && P() == H && Q() == W && pad_top == 0 && pad_left == 0; }

  Shape<4> input() const { return {N, C, H, W}; }
  Shape<4> weights() const { return {M, group_C(), R, S}; }
  Shape<4> output() const { return {N, M, P(), Q()}; }
  /// Multiply-accumulates, those with padded zeros included, as the field counts them.
  std::int64_t macs() const { return N * M * P() * Q() * group_C() * R * S; }
};

/// Throws `InputError` where a size is not positive, a padding negative, the groups do not divide the channels, the
/// filter does not fit the padded map, or a tensor or the work is too large to be counted.
void check(const ConvShape& shape);

/// `64×56×56 → 64×56×56, 3×3`, with stride, dilation, groups and batch where they are not 1.
std::string to_string(const ConvShape& shape);

}  // namespace pj
