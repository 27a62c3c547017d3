#include <algorithm>

#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/sparse_conv.hpp"

namespace pj {

Verdict low_rank_can_run(const ConvShape& s) {
  return s.groups > 1 ? Verdict::no("for one group") : pointwise_can_run(s);
}

SparseConv prepare_low_rank(const ConvShape& s, std::int64_t rank, std::span<const float> left,
                            std::span<const float> right) {
  ConvShape first = s;
  first.M = rank;
  ConvShape second = first;
  second.C = rank;
  second.M = s.M;
  const VectorKernels& kernels = *vector_kernels().front();
  const PreparedConv inner = prepare_pointwise(kernels, first, right, {});
  const PreparedConv outer = prepare_pointwise(kernels, second, left, {});
  const std::int64_t between = layout_size(first.output(), Layout::Blocked);
  const std::int64_t numbers = rank * (first.C + s.M);
  const auto run = [inner, outer, between](const ConvMemory& memory) {
    const auto middle = memory.workspace.first(static_cast<std::size_t>(between));
    const auto rest = memory.workspace.subspan(static_cast<std::size_t>(between));
    inner.run({memory.input, middle, rest});
    outer.run({middle, memory.output, rest});
  };
  return {{.input = Layout::Blocked,
           .output = Layout::Blocked,
           .workspace = between + std::max(inner.workspace, outer.workspace),
           .run = run},
          s.N * s.P() * s.Q() * numbers,
          numbers * static_cast<std::int64_t>(sizeof(float))};
}

}  // namespace pj
