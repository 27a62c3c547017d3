#pragma once

#include <string>

#include "pj/base/tensor.hpp"

namespace pj {

/// A size as BLAS takes it, in 32 bits.
int blas_size(std::int64_t size);

/// product = a · b, by OpenBLAS on one thread.
void multiply(TensorView<const float, 2> a, TensorView<const float, 2> b, TensorView<float, 2> product);
/// product = a · bᵀ.
void multiply_transposed(TensorView<const float, 2> a, TensorView<const float, 2> b, TensorView<float, 2> product);

/// Its version and the core that it has chosen kernels for, `0.3.21 (Cooperlake)`: the same library can be twice as
/// slow with kernels for another core.
std::string blas_version();

}  // namespace pj
