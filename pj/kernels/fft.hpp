#pragma once

#include <cstdint>

#include "pj/base/error.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/counted.hpp"

namespace pj {

/// Sizes of a convolution by Fourier transforms, overlap-add: blocks of the input, filled up to n×n with zeros, so that
/// the whole response of a block to a filter fits (Oppenheim and Schafer, Discrete-Time Signal Processing, 8.7.3).
struct FftPlan {
  std::int64_t n = 8;                              ///< a power of two
  std::int64_t block_h = 1, block_w = 1;           ///< inputs of a block: n - (R - 1)·dilation
  std::int64_t blocks_h = 1, blocks_w = 1;         ///< blocks of a map
  std::int64_t half() const { return n / 2 + 1; }  ///< columns of a spectrum that are kept: real data are symmetric
  std::int64_t frequencies() const { return n * half(); }
  std::int64_t blocks() const { return blocks_h * blocks_w; }

  bool operator==(const FftPlan&) const = default;
};

/// The plan for transforms of n×n, which must exceed the dilated filter.
FftPlan fft_plan(const ConvShape& shape, std::int64_t n);
/// The plan with the fewest operations, of n from 8 to 64.
FftPlan best_fft_plan(const ConvShape& shape);

Verdict fft_can_run(const ConvShape& shape);

/// Operations of the plain form below with the spectra of the filters kept.
OperationCount fft_operations(const ConvShape& shape, const FftPlan& plan);

/// A bound on |computed - exact| / (max|input| · max|weight|) (Higham 2002, theorem 24.2, for each transform).
double fft_error_bound(const ConvShape& shape, const FftPlan& plan, double unit);
/// The same for the response of one block, summed over so many channels.
double fft_block_error_bound(const ConvShape& shape, const FftPlan& plan, std::int64_t channels, double unit);
/// The most channels over which the response of a block in double precision is off by less than 1/2, so that rounding
/// gives the whole number, where |input · weight| is at most `largest_product`; 0: none.
std::int64_t exact_fft_channels(const ConvShape& shape, const FftPlan& plan, double largest_product);

}  // namespace pj
