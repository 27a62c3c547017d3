#include "pj/kernels/byte_response.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "pj/kernels/byte_blocks.hpp"

namespace pj {

namespace {

/// Rounding errors of an estimate: at most 32 of 2^-24 of it, for the sum's factor and bias (whose power halves them or
/// less), two inverse roots by Newton's iteration, and four products; where it is larger than 257 it is a bound.
constexpr float response_doubt = 257.0F * 32.0F * 0x1.0p-24F;

/// What the loop knows of the layer beside its own numbers.
std::int32_t exact_number(const void* layer, const std::uint8_t* pixel, std::int64_t channel) {
  const auto& response = *static_cast<const ByteResponse*>(layer);
  return static_cast<std::int32_t>(
      byte_response_result(response, {pixel, static_cast<std::size_t>(response.channels)}, channel));
}

ByteResponseRun run_of(const ByteResponse& r, const std::shared_ptr<const ByteResponse>& kept) {
  return {.map = nullptr,
          .output = nullptr,
          .squares = nullptr,
          .positions = r.positions,
          .channels = r.channels,
          .before = (r.size - 1) / 2,
          .size = r.size,
          .input_zero = static_cast<float>(r.input_zero),
          .share = static_cast<float>(static_cast<double>(r.alpha) / static_cast<double>(r.size) *
                                      static_cast<double>(r.input_scale) * static_cast<double>(r.input_scale)),
          .bias = r.bias,
          .power = r.beta,
          .factor = static_cast<float>(static_cast<double>(r.input_scale) / static_cast<double>(r.result_scale)),
          .doubt = response_doubt,
          .zero = static_cast<std::int32_t>(r.zero),
          .low = static_cast<std::int32_t>(r.low),
          .high = static_cast<std::int32_t>(r.high),
          .layer = kept.get(),
          .exact = exact_number};
}

}  // namespace

Verdict response_can_run(const ByteResponse& response) {
  const bool has_power = response.beta == 0.5F || response.beta == 0.75F || response.beta == 1.0F;
  constexpr std::int64_t most = (1 << 24) / (255 * 255);  // squares whose sum a float holds exactly
  const bool is_positive = response.bias > 0.0F && response.alpha >= 0.0F && std::isfinite(response.alpha);
  return has_power && is_positive && response.size >= 1 && response.size <= most
             ? Verdict::yes()
             : Verdict::no("response normalisation of bytes has the powers 1/2, 3/4 and 1 of positive sums");
}

PreparedByteLayer prepare_response(const ByteKernels& kernels, const ByteResponse& response) {
  const auto kept = std::make_shared<const ByteResponse>(response);
  const std::int64_t squares = response.channels + response.size + byte_slack;
  return {whole_lines(squares * 4), 0,
          [kept, &kernels, made = run_of(response, kept)](const std::uint8_t* input, std::uint8_t* output,
                                                          std::uint8_t* workspace) {
            ByteResponseRun run = made;
            run.map = input;
            run.output = output;
            run.squares = reinterpret_cast<float*>(workspace);
            kernels.response(run);
          }};
}

std::int64_t byte_response_result(const ByteResponse& response, std::span<const std::uint8_t> pixel,
                                  std::int64_t channel) {
  const auto real = [&](std::int64_t c) {
    return static_cast<float>(pixel[static_cast<std::size_t>(c)] - response.input_zero) * response.input_scale;
  };
  double sum = 0.0;
  const std::int64_t last = std::min(response.channels - 1, channel + response.size / 2);
  for (std::int64_t c = std::max<std::int64_t>(0, channel - (response.size - 1) / 2); c <= last; ++c) {
    const auto x = static_cast<double>(real(c));
    sum += x * x;
  }
  const double base = static_cast<double>(response.bias) +
                      static_cast<double>(response.alpha) / static_cast<double>(response.size) * sum;
  const auto result =
      static_cast<float>(static_cast<double>(real(channel)) / std::pow(base, static_cast<double>(response.beta)));
  const double number =
      std::nearbyint(static_cast<double>(result / response.result_scale)) + static_cast<double>(response.zero);
  return static_cast<std::int64_t>(
      std::clamp(number, static_cast<double>(response.low), static_cast<double>(response.high)));
}

}  // namespace pj
