#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/sparse_conv.hpp"

namespace pj {

namespace {

/// A map with its padding around it.
struct PaddedMap {
  std::int64_t H, W;

  explicit PaddedMap(const ConvShape& s) : H(s.H + s.pad_top + s.pad_bottom), W(s.W + s.pad_left + s.pad_right) {}
  std::int64_t plane() const { return H * W * block_size; }
};

class BlockSparseConv {
 public:
  BlockSparseConv(const SparseKernels& kernels, const ConvShape& shape, std::span<const float> weights)
      : kernels_(kernels), shape_(shape), map_(shape) {
    for (std::int64_t group = 0; group < shape.groups; ++group) {
      for (std::int64_t first = 0; first < shape.group_M(); first += block_size) {
        add_block(group, first, {weights, shape.weights()});
      }
    }
  }

  bool is_padded() const { return map_.H != shape_.H || map_.W != shape_.W; }
  std::int64_t workspace() const { return is_padded() ? input_blocks() * map_.plane() : 0; }
  std::int64_t entries() const { return starts_.back(); }
  std::int64_t kept() const { return kept_; }

  void run(std::span<const float> input, std::span<float> output, std::span<float> workspace) const {
    const bool is_one_row = shape_.is_pointwise();
    const std::int64_t row = is_one_row ? shape_.P() * shape_.Q() : shape_.Q();
    for (std::int64_t n = 0; n < shape_.N; ++n) {
      const float* map = input.data() + n * input_blocks() * shape_.H * shape_.W * block_size;
      if (is_padded()) {
        pad(map, workspace);
        map = workspace.data();
      }
      float* const image = output.data() + n * output_blocks() * shape_.P() * shape_.Q() * block_size;
      for (std::int64_t p = 0; p < (is_one_row ? 1 : shape_.P()); ++p) {
        run_row(map + p * shape_.stride_h * map_.W * block_size, row, image + p * row * block_size);
      }
    }
  }

 private:
  std::int64_t input_blocks() const { return shape_.groups * blocks_of(shape_.group_C()); }
  std::int64_t output_blocks() const { return shape_.groups * blocks_of(shape_.group_M()); }

  /// The taps of the filters of a block of outputs of which one is not 0.
  void add_block(std::int64_t group, std::int64_t first, TensorView<const float, 4> weights) {
    const ConvShape& s = shape_;
    const std::int64_t count = std::min(block_size, s.group_M() - first);
    for (std::int64_t i = 0; i < s.group_C() * s.R * s.S; ++i) {
      const std::int64_t c = i / (s.R * s.S);
      const std::int64_t r = i / s.S % s.R;
      const std::int64_t t = i % s.S;
      std::array<float, block_size> block{};
      for (std::int64_t m = 0; m < count; ++m) {
        block[static_cast<std::size_t>(m)] = weights(group * s.group_M() + first + m, c, r, t);
      }
      if (std::ranges::any_of(block, [](float weight) { return weight != 0.0F; })) {
        const std::int64_t input_block = group * blocks_of(s.group_C()) + c / block_size;
        offsets_.push_back(static_cast<std::int32_t>(
            input_block * map_.plane() + (r * s.dilation_h * map_.W + t * s.dilation_w) * block_size + c % block_size));
        weights_.insert(weights_.end(), block.begin(), block.end());
        kept_ += count;
      }
    }
    starts_.push_back(static_cast<std::int64_t>(offsets_.size()));
  }

  void pad(const float* map, std::span<float> padded) const {
    std::ranges::fill(padded, 0.0F);
    const std::int64_t row = shape_.W * block_size;
    for (std::int64_t block = 0; block < input_blocks(); ++block) {
      for (std::int64_t y = 0; y < shape_.H; ++y) {
        std::copy_n(
            map + (block * shape_.H + y) * row, row,
            padded.data() + block * map_.plane() + ((y + shape_.pad_top) * map_.W + shape_.pad_left) * block_size);
      }
    }
  }

  /// Some outputs of a row at a time, with all blocks of channels while their inputs are near.
  void run_row(const float* map, std::int64_t row, float* output) const {
    const std::int64_t tiles = ceil_div(row, kernels_.rows);
    const std::int64_t step = shape_.stride_w * block_size;
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
      const std::int64_t first = row * tile / tiles;
      for (std::int64_t block = 0; block < output_blocks(); ++block) {
        const std::int64_t start = starts_[static_cast<std::size_t>(block)];
        kernels_.blocks({map + first * step, step, offsets_.data() + start, weights_.data() + start * block_size,
                         starts_[static_cast<std::size_t>(block) + 1] - start,
                         output + block * shape_.P() * shape_.Q() * block_size + first * block_size,
                         row * (tile + 1) / tiles - first});
      }
    }
  }

  const SparseKernels& kernels_;
  ConvShape shape_;
  PaddedMap map_;
  std::int64_t kept_ = 0;                ///< weights of the blocks that are kept
  std::vector<std::int64_t> starts_{0};  ///< of each block of outputs among the entries
  Buffer<std::int32_t> offsets_;
  Buffer<float> weights_;
};

}  // namespace

Verdict block_sparse_can_run(const ConvShape& s) {
  const PaddedMap map(s);
  if (s.groups * blocks_of(s.group_C()) * map.plane() > std::numeric_limits<std::int32_t>::max()) {
    return Verdict::no("the places of a padded map do not fit 31 bits");
  }
  return blocks_can_run(s);
}

SparseConv prepare_block_sparse(const SparseKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const auto conv = std::make_shared<const BlockSparseConv>(kernels, s, weights);
  return {{.input = Layout::Blocked,
           .output = Layout::Blocked,
           .workspace = conv->workspace(),
           .run = [conv](const ConvMemory& memory) { conv->run(memory.input, memory.output, memory.workspace); }},
          s.N * s.P() * s.Q() * conv->kept(),
          conv->kept() * static_cast<std::int64_t>(sizeof(float)) +
              conv->entries() * static_cast<std::int64_t>(sizeof(std::int32_t))};
}

}  // namespace pj
