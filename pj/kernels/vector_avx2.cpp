// Compiled for processors with AVX2 (CMakeLists.txt says how); nothing here may run before it is known to be there.

#include "pj/kernels/vector_body.hpp"

namespace pj {

#ifdef __AVX2__

namespace {

/// 12 sums, 2 vectors of weights and an input fit the registers.
struct Target {
  static constexpr int lanes = 8, rows = 6, columns = 2;
};

}  // namespace

const VectorKernels* avx2_kernels() {
  return kernels_for<Target>("AVX2");
}

#else

const VectorKernels* avx2_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
