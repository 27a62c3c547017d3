#include "pj/kernels/half_conv.hpp"

#include <algorithm>
#include <memory>

#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/codes.hpp"
#include "pj/kernels/layout.hpp"

namespace pj {

namespace {

constexpr std::int64_t near_bytes = 192L << 10;  // of the inputs of some output rows: a part of the second cache

bool is_each_channel(const ConvShape& s) {
  return s.groups > 1 && s.groups == s.C && s.groups == s.M;
}

HalfInput input_of(const ConvShape& s) {
  return s.is_fully_connected()                     ? HalfInput::Row
         : s.C <= most_half_planes && s.groups == 1 ? HalfInput::Planes
                                                    : HalfInput::Blocks;
}

/// Maps with their inputs as the loops read them: in blocks, of 16 channels or of as many pairs as hold all, with zeros
/// around them where there is padding.
class HalfConv {
 public:
  HalfConv(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue,
           bool is_float)
      : kernels_(kernels),
        shape_(shape),
        kind_(input_of(shape)),
        is_float_(is_float),
        block_(kind_ == HalfInput::Planes ? ceil_div(shape.C, 2) * 2 : block_size),
        blocks_(kind_ == HalfInput::Planes ? 1 : blocks_of(shape.group_C())),
        width_(shape.W + shape.pad_left + shape.pad_right) {
    end_ = half_end(epilogue, shape.M, bias_);
    const std::int64_t all = kind_ == HalfInput::Planes ? 1 : blocks_of(shape.C);
    const std::int64_t row = all * width_ * block_ * 2;
    const std::int64_t fitting = near_bytes / row;
    rows_ = std::clamp((fitting - shape.dilated_R()) / shape.stride_h + 1, std::int64_t{1}, shape.P());
    cut();
    copies_ = kind_ == HalfInput::Planes || shape.pad_top + shape.pad_bottom + shape.pad_left + shape.pad_right > 0;
    place_taps();
    pack(weights);
  }

  HalfInput kind() const { return kind_; }
  std::int64_t weights() const { return 2 * std::ssize(packed_) + 4 * std::ssize(filters_); }
  std::int64_t workspace() const {
    return copies_ ? whole_lines(2 * (copied_numbers() + (kind_ == HalfInput::Planes ? shape_.W : 0))) : 0;
  }

  std::int64_t parts() const { return shape_.N * row_blocks() * chunks_; }

  void run(const HalfMemory& memory) const {
    const Shape<4> map = shape_.input();
    const std::int64_t plane = shape_.P() * shape_.Q() * block_size;
    const std::uint16_t* inputs = nullptr;
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts()); ++part) {
      const std::int64_t n = part / chunks_ / row_blocks();
      const std::int64_t p = part / chunks_ % row_blocks() * rows_;
      const std::int64_t rows = std::min(rows_, shape_.P() - p);
      const std::int64_t of_image = n * (kind_ == HalfInput::Planes ? map[1] : blocks() * block_size) * map[2] * map[3];
      if (part == memory.first || part % chunks_ == 0) {
        inputs = copies_ ? copied(memory.input, of_image, p, rows, static_cast<std::uint16_t*>(memory.workspace))
                         : static_cast<const std::uint16_t*>(memory.input) + of_image +
                               p * shape_.stride_h * shape_.W * block_;
      }
      const std::int64_t at = n * blocks_of(shape_.M) * plane + p * shape_.Q() * block_size;
      is_each_channel(shape_) ? run_each(inputs, memory, at, rows) : run_rows(inputs, memory, at, rows, part % chunks_);
    }
  }

 private:
  std::int64_t copied_numbers() const { return blocks() * input_rows(rows_) * width_ * block_ + block_size; }
  std::int64_t blocks() const { return kind_ == HalfInput::Planes ? 1 : blocks_of(shape_.C); }
  std::int64_t input_rows(std::int64_t rows) const { return (rows - 1) * shape_.stride_h + shape_.dilated_R(); }
  /// Numbers from a block of channels to the next, where the loops read.
  std::int64_t block_pitch() const { return (copies_ ? input_rows(rows_) * width_ : shape_.H * shape_.W) * block_; }

  void place_taps() {
    for (std::int64_t i = 0; i < rows_ * shape_.Q(); ++i) {
      places_.push_back(static_cast<std::int32_t>(
          (i / shape_.Q() * shape_.stride_h * width_ + i % shape_.Q() * shape_.stride_w) * block_));
    }
    // Neighbouring taps of few channels are one run.
    const bool has_runs = kind_ == HalfInput::Planes && shape_.dilation_w == 1;
    pairs_ = (has_runs ? shape_.S : 1) * block_ / 2;
    for (std::int64_t b = 0; b < blocks_; ++b) {
      for (std::int64_t r = 0; r < shape_.R; ++r) {
        for (std::int64_t s = 0; s < (has_runs ? 1 : shape_.S); ++s) {
          taps_.push_back(static_cast<std::int32_t>(b * block_pitch() +
                                                    (r * shape_.dilation_h * width_ + s * shape_.dilation_w) * block_));
        }
      }
    }
  }

  void pack(std::span<const float> weights) {
    const std::int64_t taps = shape_.R * shape_.S;
    if (is_each_channel(shape_)) {
      filters_.assign(static_cast<std::size_t>(blocks_of(shape_.M) * taps * block_size), 0.0F);
      for (std::int64_t i = 0; i < shape_.M * taps; ++i) {
        const std::int64_t m = i / taps;
        filters_[static_cast<std::size_t>((m / block_size * taps + i % taps) * block_size + m % block_size)] =
            from_bfloat16(to_bfloat16(weights[static_cast<std::size_t>(i)]));
      }
      return;
    }
    const std::int64_t column = std::ssize(taps_) * pairs_ * 2 * block_size;
    packed_.assign(static_cast<std::size_t>(blocks_of(shape_.M) * column), 0);
    for (std::int64_t i = 0; i < std::ssize(weights); ++i) {
      const std::int64_t m = i / shape_.filter_size();
      const std::int64_t c = i / taps % shape_.group_C();
      // In the order in which the loops come by: block of channels, tap, channel.
      const std::int64_t k = (c / block_ * taps + i % taps) * block_ + c % block_;
      packed_[static_cast<std::size_t>(m / block_size * column + (k / 2 * block_size + m % block_size) * 2 + k % 2)] =
          to_bfloat16(weights[static_cast<std::size_t>(i)]);
    }
  }

  /// The inputs of output rows `p` to before `p + rows`, with zeros around them.
  const std::uint16_t* copied(const void* input, std::int64_t of_image, std::int64_t p, std::int64_t rows,
                              std::uint16_t* copy) const {
    const std::int64_t top = p * shape_.stride_h - shape_.pad_top;
    for (std::int64_t b = 0; b < blocks(); ++b) {
      for (std::int64_t i = 0; i < input_rows(rows); ++i) {
        std::uint16_t* const row = copy + b * block_pitch() + i * width_ * block_;
        const std::int64_t h = top + i;
        if (h < 0 || h >= shape_.H) {
          std::fill_n(row, width_ * block_, std::uint16_t{0});
          continue;
        }
        std::fill_n(row, shape_.pad_left * block_, std::uint16_t{0});
        std::fill_n(row + (shape_.pad_left + shape_.W) * block_, shape_.pad_right * block_, std::uint16_t{0});
        std::uint16_t* const inside = row + shape_.pad_left * block_;
        if (kind_ == HalfInput::Planes) {
          pair_up(static_cast<const float*>(input) + of_image + h * shape_.W, copy + copied_numbers(), inside);
        } else {
          std::copy_n(static_cast<const std::uint16_t*>(input) + of_image + (b * shape_.H + h) * shape_.W * block_,
                      shape_.W * block_, inside);
        }
      }
    }
    return copy;
  }

  /// A row of each plane, channels beside each other; `halves` has room for a row.
  void pair_up(const float* planes, std::uint16_t* halves, std::uint16_t* row) const {
    for (std::int64_t c = 0; c < block_; ++c) {
      if (c < shape_.C) {
        kernels_.to_halves(planes + c * shape_.H * shape_.W, shape_.W, halves);
      } else {
        std::fill_n(halves, shape_.W, std::uint16_t{0});
      }
      for (std::int64_t x = 0; x < shape_.W; ++x) {
        row[x * block_ + c] = halves[x];
      }
    }
  }

  std::int64_t row_blocks() const { return ceil_div(shape_.P(), rows_); }

  /// Few rows of outputs at a time where there are many outputs, else some of the output channels: parts enough for
  /// threads.
  void cut() {
    constexpr std::int64_t least_outputs = 96, parts_wanted = 4, panel = 4;
    const std::int64_t wanted = ceil_div(shape_.P(), parts_wanted);
    rows_ = std::min(rows_, std::max(wanted, ceil_div(least_outputs, shape_.Q())));
    const std::int64_t panels = ceil_div(blocks_of(shape_.M), panel);
    const bool is_cut = shape_.groups == 1 && shape_.N * row_blocks() < parts_wanted;
    chunks_ = is_cut ? std::min(parts_wanted, panels) : 1;
  }

  /// `at`: where the first output of the rows lies in that of all images.
  void run_each(const std::uint16_t* inputs, const HalfMemory& memory, std::int64_t at, std::int64_t rows) const {
    const std::int64_t plane = shape_.P() * shape_.Q() * block_size;
    for (std::int64_t b = 0; b < blocks_of(shape_.M); ++b, at += plane) {
      kernels_.depthwise({inputs + b * block_pitch(), places_.data(), rows * shape_.Q(), taps_.data(),
                          std::ssize(taps_), filters_.data() + b * std::ssize(taps_) * block_size,
                          end_from(b, memory, at), static_cast<std::uint16_t*>(memory.output) + at});
    }
  }

  HalfEnd end_from(std::int64_t column, const HalfMemory& memory, std::int64_t at) const {
    HalfEnd end = end_;
    end.bias += column * block_size;
    end.residual = memory.residual == nullptr ? nullptr : memory.residual + at;
    return end;
  }

  void run_rows(const std::uint16_t* inputs, const HalfMemory& memory, std::int64_t at, std::int64_t rows,
                std::int64_t chunk) const {
    const std::int64_t plane = shape_.P() * shape_.Q() * block_size;
    const std::int64_t columns = blocks_of(shape_.group_M());
    const std::int64_t together = ceil_div(columns, chunks_);
    const std::int64_t first = chunk * together, count = std::min(together, columns - first);
    for (std::int64_t group = 0; group < shape_.groups && count > 0; ++group) {
      const std::int64_t column = group * columns + first;
      const std::int64_t begin = at + column * plane;
      kernels_.product({.map = inputs + group * blocks_ * block_pitch(),
                        .places = places_.data(),
                        .count = rows * shape_.Q(),
                        .taps = taps_.data(),
                        .tap_count = std::ssize(taps_),
                        .pairs = pairs_,
                        .weights = packed_.data() + column * std::ssize(taps_) * pairs_ * 2 * block_size,
                        .columns = count,
                        .end = end_from(column, memory, begin),
                        .output = is_float_ ? nullptr : static_cast<std::uint16_t*>(memory.output) + begin,
                        .floats = is_float_ ? static_cast<float*>(memory.output) + begin : nullptr,
                        .channels = count * block_size,
                        .block = plane});
    }
  }

  const HalfKernels& kernels_;
  ConvShape shape_;
  HalfInput kind_;
  bool is_float_;
  std::int64_t block_, blocks_;  ///< channels of a block of the input, and blocks of a group
  std::int64_t width_;           ///< of a row of inputs with what is around it
  std::int64_t rows_ = 1, pairs_ = 1;
  std::int64_t chunks_ = 1;  ///< of the output channels
  bool copies_ = false;
  HalfEnd end_;
  Buffer<float> bias_, filters_;
  Buffer<std::int32_t> places_, taps_;
  Buffer<std::uint16_t> packed_;
};

/// A fully connected layer: one run of inputs, images one behind the other.
class HalfRow {
 public:
  HalfRow(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue,
          bool is_float)
      : kernels_(kernels), shape_(shape), is_float_(is_float) {
    end_ = half_end(epilogue, shape.M, bias_);
    const std::int64_t K = shape.filter_size();
    packed_.assign(static_cast<std::size_t>(blocks_of(shape.M) * K * block_size), 0);
    for (std::int64_t i = 0; i < std::ssize(weights); ++i) {
      const std::int64_t m = i / K, k = i % K;
      packed_[static_cast<std::size_t>(m / block_size * K * block_size + (k / 2 * block_size + m % block_size) * 2 +
                                       k % 2)] = to_bfloat16(weights[static_cast<std::size_t>(i)]);
    }
  }

  HalfInput kind() const { return HalfInput::Row; }
  std::int64_t weights() const { return 2 * std::ssize(packed_); }
  std::int64_t workspace() const { return 0; }

  std::int64_t parts() const { return ceil_div(blocks_of(shape_.M), chunk); }

  void run(const HalfMemory& memory) const {
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts()); ++part) {
      for (std::int64_t n = 0; n < shape_.N; ++n) {
        run_chunk(memory, n, part * chunk);
      }
    }
  }

 private:
  static constexpr std::int64_t chunk = 16;  ///< columns of a part

  void run_chunk(const HalfMemory& memory, std::int64_t n, std::int64_t column) const {
    const std::int32_t nought = 0;
    const std::int64_t at = n * shape_.M + column * block_size;
    const std::int64_t columns = std::min(chunk, blocks_of(shape_.M) - column);
    HalfEnd end = end_;
    end.bias += column * block_size;
    end.residual = memory.residual == nullptr ? nullptr : memory.residual + at;
    kernels_.product({.map = static_cast<const std::uint16_t*>(memory.input) + n * shape_.filter_size(),
                      .places = &nought,
                      .count = 1,
                      .taps = &nought,
                      .tap_count = 1,
                      .pairs = shape_.filter_size() / 2,
                      .weights = packed_.data() + column * block_size * shape_.filter_size(),
                      .columns = columns,
                      .end = end,
                      .output = is_float_ ? nullptr : static_cast<std::uint16_t*>(memory.output) + at,
                      .floats = is_float_ ? static_cast<float*>(memory.output) + at : nullptr,
                      .channels = std::min(columns * block_size, shape_.M - column * block_size),
                      .block = block_size});
  }

  const HalfKernels& kernels_;
  ConvShape shape_;
  bool is_float_;
  HalfEnd end_;
  Buffer<float> bias_;
  Buffer<std::uint16_t> packed_;
};

template <class Layer>
PreparedHalf prepared_half(std::shared_ptr<const Layer> layer) {
  return {layer->kind(), layer->weights(), layer->workspace(),
          [layer](const HalfMemory& memory) { layer->run(memory); }, layer->parts()};
}

}  // namespace

HalfEnd half_end(const Epilogue& epilogue, std::int64_t M, Buffer<float>& bias) {
  bias.resize(static_cast<std::size_t>(blocks_of(M) * block_size));
  std::ranges::copy(epilogue.bias, bias.begin());
  return {
      .bias = bias.data(), .function = static_cast<int>(epilogue.function), .low = epilogue.low, .high = epilogue.high};
}

Verdict half_can_run(const ConvShape& s) {
  if (s.is_fully_connected()) {
    return s.filter_size() % 2 == 0 ? Verdict::yes() : Verdict::no("its inputs are not whole pairs");
  }
  const bool has_blocks = s.group_C() % block_size == 0 && s.group_M() % block_size == 0;
  if (s.groups > 1 && !is_each_channel(s) && !has_blocks) {
    return Verdict::no("its groups are not whole blocks of channels");
  }
  const std::int64_t numbers =
      blocks_of(s.C) * block_size * (s.H + s.pad_top + s.pad_bottom + s.dilated_R()) * (s.W + s.pad_left + s.pad_right);
  return numbers < std::numeric_limits<std::int32_t>::max() ? Verdict::yes() : Verdict::no("its map is too large");
}

PreparedHalf prepare_half(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                          const Epilogue& epilogue, bool is_float) {
  if (shape.is_fully_connected()) {
    return prepared_half(std::make_shared<const HalfRow>(kernels, shape, weights, epilogue, is_float));
  }
  return prepared_half(std::make_shared<const HalfConv>(kernels, shape, weights, epilogue, is_float));
}

double half_error_bound(const ConvShape& shape) {
  const auto terms = static_cast<double>(shape.filter_size());
  return terms * terms * 0x1.0p-24;
}

}  // namespace pj
