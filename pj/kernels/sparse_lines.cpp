#include <algorithm>
#include <limits>
#include <memory>

#include "pj/kernels/sparse_conv.hpp"

namespace pj {

namespace {

/// What `CompressedLines` borrows.
struct KeptLines {
  std::vector<std::int64_t> starts{0};
  Buffer<std::uint16_t> indices;
  Buffer<float> values;

  CompressedLines view() const {
    return {starts.data(), indices.data(), values.data(), static_cast<std::int64_t>(starts.size()) - 1};
  }
  std::int64_t entries() const { return starts.back(); }
  std::int64_t bytes() const {
    return entries() * static_cast<std::int64_t>(sizeof(float) + sizeof(std::uint16_t)) +
           static_cast<std::int64_t>(starts.size() * sizeof(std::int64_t));
  }
};

/// The rows or columns of a matrix.
KeptLines kept_lines(TensorView<const float, 2> matrix, bool by_columns) {
  KeptLines lines;
  const std::int64_t count = matrix.size(by_columns ? 1 : 0);
  const std::int64_t length = matrix.size(by_columns ? 0 : 1);
  for (std::int64_t line = 0; line < count; ++line) {
    for (std::int64_t place = 0; place < length; ++place) {
      const float value = by_columns ? matrix(place, line) : matrix(line, place);
      if (value != 0.0F) {
        lines.indices.push_back(static_cast<std::uint16_t>(place));
        lines.values.push_back(value);
      }
    }
    lines.starts.push_back(static_cast<std::int64_t>(lines.values.size()));
  }
  return lines;
}

Verdict fits_index(std::int64_t places) {
  return places <= std::int64_t{std::numeric_limits<std::uint16_t>::max()} + 1
             ? Verdict::yes()
             : Verdict::no("more than 65,536 places do not fit an index of 16 bits");
}

}  // namespace

Verdict product_can_run(const ConvShape& s) {
  if (s.groups > 1 || (!s.is_pointwise() && !s.is_fully_connected())) {
    return Verdict::no("for fully connected layers, and 1×1 of one group with stride 1 and without padding");
  }
  return Verdict::yes();
}

Verdict rows_can_run(const ConvShape& s) {
  const Verdict verdict = product_can_run(s);
  return verdict ? fits_index(s.filter_size()) : verdict;
}

Verdict connected_can_run(const ConvShape& s) {
  return s.is_fully_connected() ? Verdict::yes() : Verdict::no("for fully connected layers");
}

Verdict columns_can_run(const ConvShape& s) {
  const Verdict verdict = connected_can_run(s);
  return verdict ? fits_index(s.M) : verdict;
}

SparseConv prepare_sparse_rows(const SparseKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const auto lines = std::make_shared<const KeptLines>(kept_lines({weights, {s.M, s.filter_size()}}, false));
  const std::int64_t plane = s.P() * s.Q();
  const auto run = [s, &kernels, lines, plane](const ConvMemory& memory) {
    for (std::int64_t n = 0; n < s.N; ++n) {
      const float* const x = memory.input.data() + n * s.C * s.H * s.W;
      float* const y = memory.output.data() + n * s.M * plane;
      plane == 1 ? kernels.rows_product(lines->view(), x, y) : kernels.planes({lines->view(), x, y, plane});
    }
  };
  return {{.run = run}, s.N * plane * lines->entries(), lines->bytes()};
}

SparseConv prepare_sparse_columns(const SparseKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const auto lines = std::make_shared<const KeptLines>(kept_lines({weights, {s.M, s.filter_size()}}, true));
  const auto run = [s, &kernels, lines](const ConvMemory& memory) {
    std::ranges::fill(memory.output, 0.0F);
    for (std::int64_t n = 0; n < s.N; ++n) {
      kernels.columns_product(lines->view(), memory.input.data() + n * s.filter_size(), memory.output.data() + n * s.M);
    }
  };
  return {{.run = run}, s.N * lines->entries(), lines->bytes()};
}

}  // namespace pj
