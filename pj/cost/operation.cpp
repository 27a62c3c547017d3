#include "pj/cost/operation.hpp"

namespace pj {

namespace {

/// What the multiplier sees of a tensor: what is stored of it, or for an index the value that it points to.
int factor_bits(const Operand& tensor, const Compute& compute) {
  return tensor.is_index ? compute.bits : tensor.bits;
}

}  // namespace

int product_bits(int a, int b) {
  return a == 1 ? b : b == 1 ? a : a + b;
}

Picojoules operation_energy(const Workload& workload, const Compute& compute) {
  if (compute.precision == Compute::Precision::Fixed) {
    return compute.energy;
  }
  int width = factor_bits(workload.tensors.front(), compute);
  double cells = 0.0;
  for (std::size_t t = 1; t < workload.output(); ++t) {
    const int factor = factor_bits(workload.tensors[t], compute);
    cells += static_cast<double>(width) * factor;
    width = product_bits(width, factor);
  }
  const double bits = compute.bits;
  // Sze et al. 2017, section VII: a multiplier goes with the product of the widths, an adder with the width.
  return (compute.energy - compute.add) * (cells / (bits * bits)) + compute.add * (width / (2.0 * bits));
}

}  // namespace pj
