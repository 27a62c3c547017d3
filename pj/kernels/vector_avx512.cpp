// Compiled for processors with AVX-512 (CMakeLists.txt says how); nothing here may run before it is known to be there.

#include "pj/kernels/vector_body.hpp"

namespace pj {

#ifdef __AVX512F__

namespace {

/// 28 sums, 2 vectors of weights and an input fit the registers.
struct Target {
  static constexpr int lanes = 16, rows = 14, columns = 2;
};

}  // namespace

const VectorKernels* avx512_kernels() {
  return kernels_for<Target>("AVX-512");
}

#else

const VectorKernels* avx512_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
