#pragma once

#include "pj/accelerator/accelerator.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// The energy of one multiply-accumulate on numbers of the workload's widths. A unit of fixed precision pays for its
/// own width whatever comes; a scalable one for an array of a · b single-bit products and an adder as wide as the
/// product.
Picojoules operation_energy(const Workload& workload, const Compute& compute);

/// The bits of the largest product of two unsigned numbers: those of both, but a factor of one bit only passes the
/// other on, so that 1 · 1 bit is an XNOR and its sum a count of ones.
int product_bits(int a, int b);

}  // namespace pj
