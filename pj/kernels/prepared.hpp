#pragma once

#include "pj/kernels/algorithms.hpp"
#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/direct.hpp"
#include "pj/kernels/fft.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/rounding.hpp"
#include "pj/kernels/toeplitz.hpp"
#include "pj/kernels/winograd.hpp"

/// The functions of the table in algorithms.cpp.
namespace pj {

PreparedConv prepare_direct(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue);
double direct_error_bound(const ConvShape& shape);
OperationCount count_direct(const ConvShape& shape);

PreparedConv prepare_im2col(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue);
OperationCount count_im2col(const ConvShape& shape);
void whole_im2col(const ConvOperands<WideInteger>& conv);

/// Levels of the recursion for a product: as many as leave at least 512 rows and columns, and one.
int strassen_levels(const ProductShape& shape);
Verdict strassen_can_run(const ConvShape& shape);
PreparedConv prepare_strassen(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue);
OperationCount strassen_conv_operations(const ConvShape& shape);
double strassen_error_bound(const ConvShape& shape);
OperationCount count_strassen(const ConvShape& shape);
void whole_strassen(const ConvOperands<WideInteger>& conv);

PreparedConv prepare_fft(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue);
OperationCount fft_conv_operations(const ConvShape& shape);
double fft_conv_error_bound(const ConvShape& shape);
OperationCount count_fft(const ConvShape& shape);
void whole_fft(const ConvOperands<WideInteger>& conv);

/// oneDNN's direct convolution and its F(4×4,3×3).
Verdict onednn_can_run(const ConvShape& shape);
Verdict onednn_winograd_can_run(const ConvShape& shape);
PreparedConv prepare_onednn(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue);
PreparedConv prepare_onednn_winograd(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue);
ConvLayouts onednn_layouts(const ConvShape& shape);
ConvLayouts onednn_winograd_layouts(const ConvShape& shape);
std::string onednn_version();

/// oneDNN's convolution of bytes, N×H×W×C, into sums, N×P×Q×M.
using PreparedBytes = std::function<void(std::span<const std::uint8_t> input, std::span<std::int32_t> sums)>;
Verdict onednn_bytes_can_run(const ConvShape& shape);
PreparedBytes prepare_onednn_bytes(const ConvShape& shape, std::span<const std::int8_t> weights);

/// oneDNN's convolution from bytes to bytes: max(0, round(sum · factor)), saturated, on maps in a layout of its own.
struct OnednnRequantized {
  std::int64_t input_bytes = 0, output_bytes = 0;
  /// From channels last to the layout of the input; from that of the output to channels last.
  std::function<void(std::span<const std::uint8_t> bytes, std::span<std::uint8_t> input)> set_input;
  std::function<void(std::span<const std::uint8_t> output, std::span<std::uint8_t> bytes)> get_output;
  std::function<void(std::span<const std::uint8_t> input, std::span<std::uint8_t> output)> run;
};
Verdict onednn_requantized_can_run(const ConvShape& shape);
OnednnRequantized prepare_onednn_requantized(const ConvShape& shape, std::span<const std::int8_t> weights,
                                             float factor);

OperationCount count_winograd(const ConvShape& shape, int m, int r);
void whole_winograd(const ConvOperands<WideInteger>& conv, int m, int r);

/// The row of F(m×m, r×r).
template <int m, int r>
constexpr ConvAlgorithm winograd_row(const char* name, const char* source) {
  return {name,
          source,
          [](const ConvShape& shape) {
            const Verdict verdict = winograd_can_run(shape, m, r);
            return verdict ? blocks_can_run(shape) : verdict;
          },
          [](const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
            return prepare_winograd(*vector_kernels().front(), shape, weights, conv_cook_toom(m, r), epilogue);
          },
          [](const ConvShape&) {
            return ConvLayouts{Layout::Blocked, Layout::Blocked};
          },
          [](const ConvShape& shape) { return winograd_operations(shape, conv_cook_toom(m, r)); },
          [](const ConvShape& shape) { return winograd_error_bound(shape, conv_cook_toom(m, r), float_roundoff); },
          [](const ConvShape& shape) { return count_winograd(shape, m, r); },
          [](const ConvOperands<WideInteger>& conv) { whole_winograd(conv, m, r); },
          double{(m + r - 1) * (m + r - 1)} / (r * r)};
}

}  // namespace pj
