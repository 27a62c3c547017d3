#include "pj/kernels/byte_conv.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>

#include "pj/base/tensor.hpp"
#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/byte_results.hpp"

namespace pj {

namespace {

bool is_depthwise(const ConvShape& s) {
  return s.groups > 1 && s.groups == s.C && s.groups == s.M;
}

/// Convolutions whose channels all see each other, in groups.
class DenseConv {
 public:
  DenseConv(const ByteKernels& kernels, const ByteConv& conv)
      : kernels_(kernels),
        shape_(conv.shape),
        to_(conv.results.front()),
        blocks_(shape_, static_cast<std::uint8_t>(conv.input_zero)),
        columns_(ceil_div(shape_.group_M(), byte_column)),
        results_(shape_.groups * columns_ * byte_column),
        places_(blocks_.places()),
        skips_padding_(conv.input_zero == 0) {
    // Neighbouring taps of a row lie one behind the other where all channels are seen: one run.
    has_row_runs_ = shape_.groups == 1 && shape_.dilation_w == 1;
    run_ = (has_row_runs_ ? shape_.S : 1) * shape_.group_C();
    for (std::int64_t r = 0; r < shape_.R; ++r) {
      for (std::int64_t s = 0; s < (has_row_runs_ ? 1 : shape_.S); ++s) {
        taps_.push_back(
            static_cast<std::int32_t>(r * shape_.dilation_h * blocks_.row_bytes() + s * shape_.dilation_w * shape_.C));
      }
    }
    pack(conv);
  }

  std::int64_t workspace() const {
    return blocks_.workspace() + (results_.has_offsets() ? whole_lines(std::ssize(places_) * 4) : 0);
  }
  std::int64_t weights() const { return std::ssize(weights_) + results_.bytes(); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    for (std::int64_t n = 0; n < shape_.N; ++n) {
      for (std::int64_t p = 0; p < shape_.P(); p += blocks_.rows()) {
        const std::int64_t rows = std::min(blocks_.rows(), shape_.P() - p);
        const std::uint8_t* map = blocks_.inputs(input, p, rows, workspace);
        std::uint8_t* const sums = workspace + blocks_.workspace();
        for (std::int64_t first = 0, last = 0; first < rows; first = last) {
          const Taps seen = seen_taps(p + first);
          for (last = first + 1; last < rows && seen_taps(p + last) == seen;) {
            ++last;
          }
          run_rows(map, first, last, seen, output + p * shape_.Q() * shape_.M, sums);
        }
      }
      input += shape_.H * shape_.W * shape_.C;
      output += shape_.P() * shape_.Q() * shape_.M;
    }
  }

 private:
  std::int64_t words() const { return ceil_div(run_, 4); }
  std::int64_t column_bytes() const { return std::ssize(taps_) * words() * 4 * byte_column; }

  void pack(const ByteConv& conv) {
    weights_.assign(static_cast<std::size_t>(shape_.groups * columns_ * column_bytes()), 0);
    for (std::int64_t m = 0; m < shape_.M; ++m) {
      const std::int64_t place = m / shape_.group_M() * columns_ * byte_column + m % shape_.group_M();
      results_.set(conv, m, place);
      const auto weights = filter_of(conv, m);
      const std::int64_t offset = weight_offset(conv, m);
      for (std::int64_t i = 0; i < std::ssize(weights); ++i) {
        const std::int64_t c = i / (shape_.R * shape_.S);
        const std::int64_t r = i / shape_.S % shape_.R;
        const std::int64_t s = i % shape_.S;
        const std::int64_t tap = has_row_runs_ ? r : r * shape_.S + s;
        const std::int64_t k = has_row_runs_ ? s * shape_.C + c : c;  // in the run
        const std::int64_t word = tap * words() + k / 4;
        weights_[static_cast<std::size_t>(place / byte_column * column_bytes() +
                                          (word * byte_column + place % byte_column) * 4 + k % 4)] =
            static_cast<std::int8_t>(weights[static_cast<std::size_t>(i)] - offset);
      }
    }
  }

  /// Rows of a filter that an output row sees; those that see only padding of 0 need not be multiplied.
  struct Taps {
    std::int64_t first, last;
    bool operator==(const Taps&) const = default;
  };

  Taps seen_taps(std::int64_t p) const {
    if (!skips_padding_) {
      return {0, std::ssize(taps_)};
    }
    const std::int64_t top = p * shape_.stride_h - shape_.pad_top;
    const std::int64_t first = top >= 0 ? 0 : ceil_div(-top, shape_.dilation_h);
    const std::int64_t last = top >= shape_.H ? first : std::min(shape_.R, ceil_div(shape_.H - top, shape_.dilation_h));
    const std::int64_t row = std::ssize(taps_) / shape_.R;
    return {std::min(first, last) * row, last * row};
  }

  /// Output rows `first` to before `last` of a block.
  void run_rows(const std::uint8_t* map, std::int64_t first, std::int64_t last, const Taps& seen, std::uint8_t* output,
                std::uint8_t* workspace) const {
    auto* const window_sums = reinterpret_cast<std::int32_t*>(workspace);
    for (std::int64_t group = 0; group < shape_.groups; ++group) {
      const std::int64_t place = group * columns_ * byte_column;
      const ByteProduct product{
          .map = map + group * shape_.group_C(),
          .places = places_.data() + first * shape_.Q(),
          .count = (last - first) * shape_.Q(),
          .taps = taps_.data() + seen.first,
          .tap_count = seen.last - seen.first,
          .run = run_,
          .words = words(),
          .weights = weights_.data() + group * columns_ * column_bytes() + seen.first * words() * 4 * byte_column,
          .columns = columns_,
          .column_bytes = column_bytes(),
          .window_sums = window_sums,
          .result = results_.view(to_, place),
          .output = output + first * shape_.Q() * shape_.M + group * shape_.group_M(),
          .pitch = shape_.M,
          .channels = shape_.group_M()};
      if (results_.has_offsets()) {
        kernels_.window_sums(product, window_sums);
      }
      kernels_.product(product);
    }
  }

  const ByteKernels& kernels_;
  ConvShape shape_;
  Requantization to_;
  ByteBlocks blocks_;
  std::int64_t columns_;  ///< of a group
  ByteResults results_;
  Buffer<std::int32_t> places_;
  bool skips_padding_;
  bool has_row_runs_ = false;
  std::int64_t run_ = 1;
  Buffer<std::int32_t> taps_;
  Buffer<std::int8_t> weights_;
};

/// One filter a channel.
class DepthwiseConv {
 public:
  DepthwiseConv(const ByteKernels& kernels, const ByteConv& conv)
      : kernels_(kernels),
        shape_(conv.shape),
        to_(conv.results.front()),
        blocks_(shape_, static_cast<std::uint8_t>(conv.input_zero)),
        fold_(shape_.stride_w == 1 && kernels.depthwise_block % shape_.M == 0 ? kernels.depthwise_block / shape_.M : 1),
        results_(ceil_div(shape_.M, kernels.depthwise_block) * kernels.depthwise_block) {
    const std::int64_t taps = shape_.R * shape_.S;
    const std::int64_t block = kernels.depthwise_block;
    for (std::int64_t tap = 0; tap < ceil_div(taps, 4) * 4; ++tap) {
      const std::int64_t r = tap / shape_.S;
      taps_.push_back(tap < taps ? static_cast<std::int32_t>(r * shape_.dilation_h * blocks_.row_bytes() +
                                                             tap % shape_.S * shape_.dilation_w * shape_.C)
                                 : 0);
      tap_words_.resize(static_cast<std::size_t>(tap / 4 + 1));
      tap_words_.back() |= tap < taps ? 1U << (8 * (tap % 4)) : 0U;
    }
    weights_.assign(results_.places() * taps_.size(), 0);
    for (std::int64_t i = 0; i < shape_.M * fold_; ++i) {
      const std::int64_t m = i % shape_.M;
      const std::int64_t place = kernels.depthwise_place(i % block);
      results_.set(conv, m, i / block * block + place);
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const std::int64_t first = i / block * block * std::ssize(taps_) + tap / 4 * 4 * block;
        weights_[static_cast<std::size_t>(first + place * 4 + tap % 4)] =
            static_cast<std::int8_t>(filter_of(conv, m)[static_cast<std::size_t>(tap)] - weight_offset(conv, m));
      }
    }
  }

  std::int64_t workspace() const { return blocks_.workspace(); }
  std::int64_t weights() const { return std::ssize(weights_) + results_.bytes(); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    for (std::int64_t n = 0; n < shape_.N; ++n) {
      for (std::int64_t p = 0; p < shape_.P(); p += blocks_.rows()) {
        const std::int64_t rows = std::min(blocks_.rows(), shape_.P() - p);
        kernels_.depthwise({.map = blocks_.inputs(input, p, rows, workspace),
                            .pixel = shape_.stride_w * shape_.C * fold_,
                            .row = shape_.stride_h * blocks_.row_bytes(),
                            .taps = taps_.data(),
                            .tap_words = tap_words_.data(),
                            .quads = std::ssize(tap_words_),
                            .weights = weights_.data(),
                            .result = results_.view(to_, 0),
                            .output = output + p * shape_.Q() * shape_.M,
                            .channels = shape_.M * fold_,
                            .rows = rows,
                            .row_bytes = shape_.Q() * shape_.M});
      }
      input += shape_.H * shape_.W * shape_.C;
      output += shape_.P() * shape_.Q() * shape_.M;
    }
  }

 private:
  const ByteKernels& kernels_;
  ConvShape shape_;
  Requantization to_;
  ByteBlocks blocks_;
  std::int64_t fold_;  ///< neighbouring outputs that fill a block of channels together
  ByteResults results_;
  Buffer<std::int32_t> taps_;
  Buffer<std::uint32_t> tap_words_;
  Buffer<std::int8_t> weights_;
};

template <class Conv>
PreparedByteLayer prepared(const ByteKernels& kernels, const ByteConv& conv) {
  const auto made = std::make_shared<const Conv>(kernels, conv);
  return {made->workspace(), made->weights(),
          [made](const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) {
            made->run(input, output, workspace);
          }};
}

/// The images of a batch lie one below the other: where no window sees two of them, they are one.
ByteConv as_one_image(ByteConv conv) {
  if (conv.shape.is_pointwise()) {
    conv.shape.H *= conv.shape.N;
    conv.shape.N = 1;
  }
  return conv;
}

}  // namespace

std::int32_t exact_scaled(std::int32_t sum, std::int32_t multiplier, std::int32_t shift) {
  return static_cast<std::int32_t>(scaled(sum, {multiplier, shift}));
}

Verdict bytes_can_run(const ByteConv& conv) {
  const std::int64_t largest_input = std::max(conv.input_zero, 255 - conv.input_zero);
  const std::int64_t block = conv.shape.dilated_R() * (conv.shape.W + conv.shape.pad_left + conv.shape.pad_right);
  if (block * conv.shape.C > std::numeric_limits<std::int32_t>::max() / 2) {
    return Verdict::no("its windows span more than 1 GiB");
  }
  for (std::int64_t m = 0; m < conv.shape.M; ++m) {
    std::int64_t sum = 0;
    for (const std::int16_t weight : filter_of(conv, m)) {
      sum += std::abs(weight);
    }
    const double largest = static_cast<double>(sum * largest_input) + std::abs(static_cast<double>(byte_bias(conv, m)));
    if (largest >= 0x1.0p31 || largest * requantization_of(conv, m).factor.value() >= 0x1.0p30) {
      return Verdict::no("a sum or what becomes of it may not fit 32 bits");
    }
    if (const auto [least, greatest] = std::ranges::minmax(filter_of(conv, m)); greatest - least > 255) {
      return Verdict::no("the weights of a channel span more than 8 bits");
    }
  }
  return Verdict::yes();
}

PreparedByteLayer prepare_bytes(const ByteKernels& kernels, const ByteConv& conv) {
  return is_depthwise(conv.shape) ? prepared<DepthwiseConv>(kernels, conv)
                                  : prepared<DenseConv>(kernels, as_one_image(conv));
}

std::int64_t byte_conv_result(const ByteConv& conv, std::span<const std::uint8_t> input, const Shape<4>& at) {
  const ConvShape& s = conv.shape;
  const auto weights = filter_of(conv, at[1]);
  std::int64_t sum = byte_bias(conv, at[1]);
  for (std::int64_t i = 0; i < std::ssize(weights); ++i) {
    const std::int64_t c = at[1] / s.group_M() * s.group_C() + i / (s.R * s.S);
    const std::int64_t y = at[2] * s.stride_h + i / s.S % s.R * s.dilation_h - s.pad_top;
    const std::int64_t x = at[3] * s.stride_w + i % s.S * s.dilation_w - s.pad_left;
    if (y >= 0 && y < s.H && x >= 0 && x < s.W) {
      const std::int64_t number = input[static_cast<std::size_t>(((at[0] * s.H + y) * s.W + x) * s.C + c)];
      sum += (number - conv.input_zero) * weights[static_cast<std::size_t>(i)];
    }
  }
  return requantized(sum, requantization_of(conv, at[1]));
}

}  // namespace pj
