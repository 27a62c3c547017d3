#include "pj/kernels/fft.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "pj/kernels/rounding.hpp"

namespace pj {

namespace {

/// Of one complex transform of n points, n a power of two: twiddle factors 1 and ±i are not multiplied.
OperationCount line_operations(std::int64_t n) {
  const std::int64_t butterflies = n / 2 * std::countr_zero(static_cast<std::uint64_t>(n));
  const std::int64_t trivial = n - 1 + (n >= 4 ? n / 2 - 1 : 0);
  return {.constant_multiplications = 4 * (butterflies - trivial),
          .additions = 2 * (butterflies - trivial) + 4 * butterflies};
}

OperationCount forward_operations(const FftPlan& plan) {
  return (plan.n / 2 + plan.half()) * line_operations(plan.n) +
         OperationCount{.additions = plan.n / 2 * plan.half() * 4};
}

OperationCount inverse_operations(const FftPlan& plan) {
  return (plan.half() + plan.n / 2) * line_operations(plan.n) + OperationCount{.additions = plan.n * plan.n};
}

/// Responses of all blocks along one axis that are outputs: multiples of the stride.
std::int64_t useful_responses(std::int64_t n, std::int64_t block, std::int64_t blocks, std::int64_t shift,
                              std::int64_t stride, std::int64_t outputs) {
  std::int64_t count = 0;
  for (std::int64_t b = 0; b < blocks; ++b) {
    const std::int64_t first = std::max<std::int64_t>(b * block + shift, 0);
    const std::int64_t last = std::min(b * block + shift + n - 1, (outputs - 1) * stride);
    count += first <= last ? last / stride - ceil_div(first, stride) + 1 : 0;
  }
  return count;
}

/// The numbers that FFTs keep and need: spectra of the filters, of the inputs and of the products, and tiles.
std::int64_t fft_numbers(const ConvShape& s, const FftPlan& plan) {
  return 2 * plan.frequencies() * (s.M * s.group_C() + (s.C + s.M) * plan.blocks()) + plan.blocks() * plan.n * plan.n;
}

}  // namespace

FftPlan fft_plan(const ConvShape& s, std::int64_t n) {
  FftPlan plan{.n = n, .block_h = n - s.dilated_R() + 1, .block_w = n - s.dilated_S() + 1};
  ensure(plan.block_h > 0 && plan.block_w > 0, "a transform is larger than the filter");
  plan.blocks_h = ceil_div(s.H, plan.block_h);
  plan.blocks_w = ceil_div(s.W, plan.block_w);
  return plan;
}

FftPlan best_fft_plan(const ConvShape& shape) {
  FftPlan best;
  std::int64_t fewest = -1;
  for (const std::int64_t n : {8, 16, 32, 64}) {
    if (n > shape.dilated_R() && n > shape.dilated_S()) {
      const FftPlan plan = fft_plan(shape, n);
      const std::int64_t total = fft_operations(shape, plan).total();
      if (fewest < 0 || total < fewest) {
        fewest = total;
        best = plan;
      }
    }
  }
  ensure(fewest >= 0, "a filter that the transforms can hold");
  return best;
}

Verdict fft_can_run(const ConvShape& s) {
  if (s.dilated_R() >= 64 || s.dilated_S() >= 64) {
    return Verdict::no("the filter does not fit a transform of 64×64");
  }
  constexpr std::int64_t most = std::int64_t{1} << 28;
  if (element_count(s.weights()) > most || element_count(s.input()) > most || element_count(s.output()) > most ||
      fft_numbers(s, best_fft_plan(s)) > most) {
    return Verdict::no("the spectra are larger than 1 GiB");
  }
  return Verdict::yes();
}

OperationCount fft_operations(const ConvShape& s, const FftPlan& plan) {
  const std::int64_t rows =
      useful_responses(plan.n, plan.block_h, plan.blocks_h, s.pad_top - s.dilated_R() + 1, s.stride_h, s.P());
  const std::int64_t columns =
      useful_responses(plan.n, plan.block_w, plan.blocks_w, s.pad_left - s.dilated_S() + 1, s.stride_w, s.Q());
  const OperationCount product{.multiplications = 4, .additions = 4};  // of complex numbers, and summed
  return s.N * plan.blocks() *
             (s.C * forward_operations(plan) + s.M * inverse_operations(plan) +
              s.M * s.group_C() * plan.frequencies() * product) +
         OperationCount{.additions = s.N * s.M * rows * columns};
}

double fft_block_error_bound(const ConvShape& s, const FftPlan& plan, std::int64_t channels, double unit) {
  const double levels = 2.0 * std::log2(static_cast<double>(plan.n));  // of both axes
  const double step = unit + accumulated_roundings(4.0, unit) * (std::sqrt(2.0) + unit);
  const double transform = levels * step / (1.0 - levels * step) + 3.0 * unit;
  const auto c = static_cast<double>(channels);
  const double products = (1.0 + transform) * (1.0 + transform) * (1.0 + accumulated_roundings(c + 3.0, unit)) - 1.0;
  const auto taps = static_cast<double>(s.R * s.S);
  const double block_norm = std::sqrt(static_cast<double>(plan.block_h * plan.block_w));
  return c * block_norm * (products * std::sqrt(taps) + transform * (1.0 + products) * taps);
}

double fft_error_bound(const ConvShape& s, const FftPlan& plan, double unit) {
  const auto overlap = static_cast<double>(ceil_div(plan.n, plan.block_h) * ceil_div(plan.n, plan.block_w));
  const double sums = accumulated_roundings(overlap, unit) * static_cast<double>(s.group_C() * s.R * s.S);
  return overlap * fft_block_error_bound(s, plan, s.group_C(), unit) * (1.0 + overlap * unit) + sums;
}

std::int64_t exact_fft_channels(const ConvShape& s, const FftPlan& plan, double largest_product) {
  std::int64_t channels = s.group_C();
  while (channels > 0 && fft_block_error_bound(s, plan, channels, double_roundoff) * largest_product >= 0.5) {
    channels /= 2;
  }
  return channels;
}

}  // namespace pj
