#pragma once

#include <cstdint>
#include <vector>

#include "pj/sparse/sparse_format.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// Which elements of a tensor are not zero, row-major over its axes.
struct Mask {
  std::vector<std::int64_t> shape;
  std::vector<bool> is_nonzero;

  bool operator==(const Mask&) const = default;

  std::int64_t count() const;
};

/// The shape that a workload's operand covers: the largest coordinate of each axis and one.
std::vector<std::int64_t> operand_shape(const Workload& workload, std::size_t tensor);

/// The multiply-accumulates of a workload with two inputs in which neither is zero. An index that only one input
/// depends on is counted within it: Σ over the shared indices of (non-zeros of the one) · (non-zeros of the other).
std::int64_t nonzero_macs(const Workload& workload, const Mask& first, const Mask& second);

/// The multiply-accumulates of which no operand is zero, to be expected where zeros are independent (docs/sparsity.md).
double expected_nonzero_macs(const Workload& workload);

/// The tensor's elements as a matrix: its leading axes of one index that the output has, too, but for the last axis,
/// number the rows. For weights the rows are the filters.
MatrixShape matrix_shape(const Workload& workload, std::size_t tensor);

/// The plain twin: looks at every multiply-accumulate.
std::int64_t walk_nonzero_macs(const Workload& workload, const Mask& first, const Mask& second);

}  // namespace pj
