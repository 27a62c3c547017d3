#include <algorithm>
#include <memory>

#include "pj/kernels/layout.hpp"
#include "pj/kernels/sparse_conv.hpp"

namespace pj {

namespace {

/// The weights of a matrix that are not 0, for each block of 16 outputs: windows × entries × 16.
struct BalancedWeights {
  std::int64_t K, windows, blocks, entries = 0, kept = 0;
  Buffer<std::uint8_t> indices;
  Buffer<float> values;

  explicit BalancedWeights(TensorView<const float, 2> matrix)
      : K(matrix.size(1)), windows(ceil_div(K, balanced_window)), blocks(blocks_of(matrix.size(0))) {
    for_entries(matrix, [&](std::int64_t, std::int64_t, std::int64_t entry) {
      entries = std::max(entries, entry + 1);
      ++kept;
    });
    const auto places = static_cast<std::size_t>(blocks * windows * entries * block_size);
    indices.resize(places);
    values.resize(places);
    for_entries(matrix, [&](std::int64_t m, std::int64_t c, std::int64_t entry) {
      const std::int64_t line = (m / block_size * windows + c / balanced_window) * entries + entry;
      const auto place = static_cast<std::size_t>(line * block_size + m % block_size);
      indices[place] = static_cast<std::uint8_t>(c % balanced_window);
      values[place] = matrix(m, c);
    });
  }

  /// Calls `visit(output, input, place in its window)` for every weight that is not 0.
  template <class Visit>
  void for_entries(TensorView<const float, 2> matrix, const Visit& visit) const {
    for (std::int64_t m = 0; m < matrix.size(0); ++m) {
      std::int64_t entry = 0;
      for (std::int64_t c = 0; c < K; ++c) {
        entry = c % balanced_window == 0 ? 0 : entry;
        if (matrix(m, c) != 0.0F) {
          visit(m, c, entry++);
        }
      }
    }
  }
};

}  // namespace

SparseConv prepare_balanced(const SparseKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const std::int64_t K = s.filter_size();
  const auto kept = std::make_shared<const BalancedWeights>(TensorView<const float, 2>(weights, {s.M, K}));
  const std::int64_t padded = kept->windows * balanced_window;
  const auto run = [s, K, padded, kept, &kernels](const ConvMemory& memory) {
    std::ranges::fill(memory.workspace, 0.0F);
    float* const block_output = memory.workspace.data() + padded;
    for (std::int64_t n = 0; n < s.N; ++n) {
      std::copy_n(memory.input.data() + n * K, K, memory.workspace.data());
      for (std::int64_t block = 0; block < kept->blocks; ++block) {
        const std::int64_t first = block * kept->windows * kept->entries * block_size;
        kernels.balanced({memory.workspace.data(), kept->windows, kept->entries, kept->indices.data() + first,
                          kept->values.data() + first, block_output});
        std::copy_n(block_output, std::min(block_size, s.M - block * block_size),
                    memory.output.data() + n * s.M + block * block_size);
      }
    }
  };
  return {{.workspace = padded + block_size, .run = run},
          s.N * kept->kept,
          kept->kept * static_cast<std::int64_t>(sizeof(float) + 1)};
}

}  // namespace pj
