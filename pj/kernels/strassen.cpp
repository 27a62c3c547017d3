#include "pj/kernels/strassen.hpp"

namespace pj {

ProductShape strassen_leaf(ProductShape shape, int levels) {
  for (; levels > 0; --levels) {
    shape = {ceil_div(shape.M, 2), ceil_div(shape.K, 2), ceil_div(shape.N, 2)};
  }
  return shape;
}

OperationCount strassen_operations(ProductShape shape, int levels) {
  if (levels == 0) {
    const std::int64_t macs = shape.M * shape.K * shape.N;
    return {.multiplications = macs, .additions = macs};
  }
  const ProductShape half = strassen_leaf(shape, 1);
  const std::int64_t sums = 5 * half.M * half.K + 5 * half.K * half.N + 8 * half.M * half.N;
  return 7 * strassen_operations(half, levels - 1) + OperationCount{.additions = sums};
}

}  // namespace pj
