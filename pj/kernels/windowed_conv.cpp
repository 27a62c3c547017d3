#include <algorithm>
#include <memory>

#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/strips.hpp"

namespace pj {

namespace {

/// Where the terms of one output lie, counted from the first number of its window, in a padded map: planar, channel by
/// channel, or in blocks of 16 channels.
struct WindowMap {
  std::int64_t channels, block;  ///< of a group, and how many of them lie beside each other
  std::int64_t H, W;             ///< padded
  std::int64_t rows;             ///< of the piece that is kept

  std::int64_t planes() const { return ceil_div(channels, block); }
  std::int64_t row_size() const { return W * block; }
  std::int64_t plane_size() const { return rows * row_size(); }
  std::int64_t terms(const ConvShape& s) const { return planes() * block * s.R * s.S; }
};

/// Sums of some outputs in registers, over all terms of their windows; padding is copied around a piece of the map
/// first, so that every window lies inside.
class WindowedConv {
 public:
  /// Of maps in this layout. Where a map is given in strips, its pieces are copied even if there is no padding.
  WindowedConv(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
               const Epilogue& epilogue, Layout input, bool is_in_strips)
      : kernels_(kernels),
        s_(s),
        epilogue_(epilogue, s.M),
        rows_(rows_of_part(s)),
        chunks_(blocks_of(s.group_M()), kernels.panel / block_size, s.N * s.groups * ceil_div(s.P(), rows_)) {
    const std::int64_t block = channels_of_block(input);
    map_ = {s.group_C(), block, s.H, s.W, 0};
    is_padded_ = is_in_strips || s.pad_top + s.pad_left + s.pad_bottom + s.pad_right > 0;
    map_.W += s.pad_left + s.pad_right;
    map_.rows = is_padded_ ? (rows_ - 1) * s.stride_h + s.dilated_R() : s.H;
    place_terms();
    pack(weights);
  }

  std::int64_t weights() const { return std::ssize(packed_); }
  std::int64_t workspace() const { return is_padded_ ? map_.planes() * map_.plane_size() : 0; }
  std::int64_t parts() const { return s_.N * s_.groups * map_parts() * chunks_.count; }

  void run(const ConvMemory& memory) const {
    std::int64_t copied = -1;  // what the workspace holds
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts()); ++part) {
      const std::int64_t piece = part / chunks_.count;
      const std::int64_t block = piece / map_parts();
      const MapRows<const float> input{memory.input.data() + block * input_group(), s_.H * s_.W * map_.block, 0};
      const MapRows<float> output{memory.output.data() + block * output_group(), output_plane(), 0};
      const float* const residual = memory.residual.empty() ? nullptr : memory.residual.data() + block * output_group();
      const std::int64_t row = piece % map_parts() * rows_;
      const RowsOfOutput rows{block % s_.groups, row, std::min(s_.P(), row + rows_), residual};
      const float* const map = piece_of(input, rows.first, rows.last, copied != piece, memory.workspace);
      copied = piece;
      run_rows(map, output, rows, part % chunks_.count * chunks_.blocks, chunks_.blocks);
    }
  }

  /// Rows of the output of one image without groups.
  void run_strip(MapRows<const float> input, MapRows<float> output, std::span<float> workspace, std::int64_t first,
                 std::int64_t last) const {
    for (std::int64_t row = first; row < last; row += rows_) {
      const RowsOfOutput rows{0, row, std::min(last, row + rows_), nullptr};
      run_rows(piece_of(input, rows.first, rows.last, true, workspace), output, rows, 0, blocks_of(s_.M));
    }
  }

 private:
  static std::int64_t rows_of_part(const ConvShape& s) {
    constexpr std::int64_t outputs = 128;  // of a part: the weights are read from a far cache once for each
    const std::int64_t most = std::min(s.P(), std::max<std::int64_t>(1, outputs / s.Q()));
    return ceil_div(s.P(), ceil_div(s.P(), most));  // as even as they come
  }
  std::int64_t map_parts() const { return ceil_div(s_.P(), rows_); }

  void place_terms() {
    for (std::int64_t plane = 0; plane < map_.planes(); ++plane) {
      for (std::int64_t r = 0; r < s_.R; ++r) {
        for (std::int64_t t = 0; t < s_.S; ++t) {
          for (std::int64_t c = 0; c < map_.block; ++c) {
            offsets_.push_back(static_cast<std::int32_t>(
                plane * map_.plane_size() + r * s_.dilation_h * map_.row_size() + t * s_.dilation_w * map_.block + c));
          }
        }
      }
    }
  }

  /// For each group panels of output channels, each terms × its width.
  void pack(std::span<const float> weights) {
    const TensorView<const float, 4> filters(weights, s_.weights());
    const std::int64_t width = blocks_of(s_.group_M()) * block_size;
    const std::int64_t terms = map_.terms(s_);
    packed_.assign(static_cast<std::size_t>(s_.groups * terms * width), 0.0F);
    for (std::int64_t m = 0; m < s_.M; ++m) {
      const std::int64_t in_group = m % s_.group_M();
      const std::int64_t panel = in_group / kernels_.panel * kernels_.panel;
      const std::int64_t panel_width = std::min(kernels_.panel, width - panel);
      const std::int64_t first = (m / s_.group_M() * width + panel) * terms + in_group - panel;
      for (std::int64_t k = 0; k < terms; ++k) {
        const std::int64_t c = k / (s_.R * s_.S * map_.block) * map_.block + k % map_.block;
        if (c < s_.group_C()) {
          packed_[static_cast<std::size_t>(first + k * panel_width)] =
              filters(m, c, k / map_.block / s_.S % s_.R, k / map_.block % s_.S);
        }
      }
    }
  }

  /// The piece of a map that the windows of some rows of outputs meet, with its padding.
  void copy_padded(MapRows<const float> map, std::int64_t first_row, std::int64_t last_row, float* piece) const {
    const std::int64_t input_rows = (last_row - first_row - 1) * s_.stride_h + s_.dilated_R();
    const std::int64_t row_numbers = s_.W * map_.block;
    for (std::int64_t plane = 0; plane < map_.planes(); ++plane) {
      for (std::int64_t i = 0; i < input_rows; ++i) {
        float* const to = piece + plane * map_.plane_size() + i * map_.row_size();
        const std::int64_t y = first_row * s_.stride_h - s_.pad_top + i;
        if (y < 0 || y >= s_.H) {
          std::fill(to, to + map_.row_size(), 0.0F);
          continue;
        }
        const float* const from = map.numbers + plane * map.plane + (y - map.first) * row_numbers;
        std::fill(to, to + s_.pad_left * map_.block, 0.0F);
        std::copy(from, from + row_numbers, to + s_.pad_left * map_.block);
        std::fill(to + s_.pad_left * map_.block + row_numbers, to + map_.row_size(), 0.0F);
      }
    }
  }

  /// What the windows of these rows of outputs meet.
  const float* piece_of(MapRows<const float> map, std::int64_t first_row, std::int64_t last_row, bool is_new,
                        std::span<float> workspace) const {
    if (!is_padded_) {
      return map.numbers + (first_row * s_.stride_h - map.first) * map_.row_size();
    }
    if (is_new) {
      copy_padded(map, first_row, last_row, workspace.data());
    }
    return workspace.data();
  }

  std::int64_t input_group() const { return map_.planes() * map_.block * s_.H * s_.W; }
  std::int64_t output_plane() const { return s_.P() * s_.Q() * block_size; }
  std::int64_t output_group() const { return blocks_of(s_.group_M()) * output_plane(); }

  /// Some rows of one group of one image.
  struct RowsOfOutput {
    std::int64_t group, first, last;
    const float* residual;  ///< as the output of the group lies
  };

  /// A chunk of output channels from block `first_block` on; `map` is where the windows of the first row begin.
  void run_rows(const float* map, MapRows<float> output, const RowsOfOutput& rows, std::int64_t first_block,
                std::int64_t chunk) const {
    const std::int64_t M_blocks = blocks_of(s_.group_M());
    const std::int64_t last_block = std::min(M_blocks, first_block + chunk);
    const float* weights =
        packed_.data() + rows.group * weights_of_group() + first_block * block_size * std::ssize(offsets_);
    const std::int64_t panel_blocks = kernels_.panel / block_size;
    for (std::int64_t m = first_block; m < last_block; m += panel_blocks) {
      const std::int64_t blocks = std::min(panel_blocks, M_blocks - m);
      for (std::int64_t p = rows.first; p < rows.last; ++p) {
        const std::int64_t place = m * output.plane + (p - output.first) * s_.Q() * block_size;
        kernels_.windows({map + (p - rows.first) * s_.stride_h * map_.row_size(), offsets_.data(), std::ssize(offsets_),
                          s_.stride_w * map_.block, weights, output.numbers + place, output.plane, blocks, s_.Q(),
                          epilogue_.at(rows.group * s_.group_M() + m * block_size, rows.residual, place)});
      }
      weights += blocks * block_size * std::ssize(offsets_);
    }
  }

  std::int64_t weights_of_group() const { return weights() / s_.groups; }

  const VectorKernels& kernels_;
  ConvShape s_;
  BlockedEpilogue epilogue_;
  std::int64_t rows_;  ///< of outputs that are a part
  ChannelChunks chunks_;
  WindowMap map_{};
  bool is_padded_ = false;
  std::vector<std::int32_t> offsets_;
  Buffer<float> packed_;
};

}  // namespace

Verdict windowed_can_run(const ConvShape& s) {
  constexpr std::int64_t most_numbers = std::int64_t{1} << 30;  // offsets have 32 bits
  if (layout_size({1, s.C, s.H + s.pad_top + s.pad_bottom, s.W + s.pad_left + s.pad_right}, Layout::Blocked) >
      most_numbers) {
    return Verdict::no("this kernel takes maps of at most 2^30 numbers");
  }
  return blocks_can_run(s);
}

ConvLayouts windowed_layouts(const ConvShape& s) {
  return {s.C < block_size && s.groups == 1 ? Layout::Planar : Layout::Blocked, Layout::Blocked};
}

PreparedConv prepare_windowed(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                              const Epilogue& epilogue) {
  const ConvLayouts layouts = windowed_layouts(s);
  const auto conv = std::make_shared<const WindowedConv>(kernels, s, weights, epilogue, layouts.input, false);
  return {.input = layouts.input,
          .output = layouts.output,
          .weights = conv->weights(),
          .workspace = conv->workspace(),
          .parts = conv->parts(),
          .in_place = true,
          .run = [conv](const ConvMemory& memory) { conv->run(memory); }};
}

StripLayer strip_windowed(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                          const Epilogue& epilogue, Layout input) {
  const auto conv = std::make_shared<const WindowedConv>(kernels, s, weights, epilogue, input, true);
  return {.input = {1, s.C, s.H, s.W},
          .output = {1, s.M, s.P(), s.Q()},
          .is_planar = input == Layout::Planar,
          .R = s.dilated_R(),
          .stride = s.stride_h,
          .pad = s.pad_top,
          .weights = conv->weights(),
          .workspace = conv->workspace(),
          .name = "direct, blocked",
          .run = [conv](auto from, auto to, auto workspace, auto first, auto last) {
            conv->run_strip(from, to, workspace, first, last);
          }};
}

Verdict streamed_can_run(const ConvShape& s) {
  return s.is_fully_connected() && s.N == 1 ? Verdict::yes()
                                            : Verdict::no("only a matrix times one vector is as slow as memory");
}

PreparedConv prepare_streamed(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                              const Epilogue& epilogue) {
  const std::int64_t K = s.C * s.R * s.S;
  const std::int64_t blocks = blocks_of(K);
  const std::int64_t groups = ceil_div(s.M, streamed_rows);
  const TensorView<const float, 2> rows(weights, {s.M, K});
  Tensor<float, 3> packed({groups, blocks * block_size, streamed_rows});
  for (std::int64_t first = 0; first < s.M; first += streamed_rows) {
    for (std::int64_t k = 0; k < K; ++k) {
      for (std::int64_t m = first; m < std::min(s.M, first + streamed_rows); ++m) {
        packed(m / streamed_rows, k, m % streamed_rows) = rows(m, k);
      }
    }
  }
  constexpr std::int64_t part_groups = 2;
  PreparedConv conv{.weights = std::ssize(packed.elements()),
                    .workspace = blocks * block_size + part_groups * streamed_rows,
                    .parts = ceil_div(groups, part_groups),
                    .in_place = true};
  conv.run = [=, &kernels, M = s.M, parts = conv.parts, packed = std::move(packed)](const ConvMemory& memory) {
    const std::span<float> input = memory.workspace.first(static_cast<std::size_t>(blocks * block_size));
    std::fill(std::ranges::copy(memory.input, input.begin()).out, input.end(), 0.0F);
    float* const sums = input.data() + input.size();
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts); ++part) {
      const std::int64_t first = part * part_groups;
      kernels.streamed({input.data(), packed.elements().data() + first * blocks * streamed_rows * block_size, sums,
                        blocks, std::min(part_groups, groups - first)});
      const std::int64_t row = first * streamed_rows;
      const std::int64_t count = std::min(part_groups * streamed_rows, M - row);
      finish_row(epilogue, row, {sums, static_cast<std::size_t>(count)}, memory.residual, memory.output);
    }
  };
  return conv;
}

}  // namespace pj
