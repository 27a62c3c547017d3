// Compiled for processors with AVX2; nothing here may run before it is known to be there.

#include "pj/kernels/half_body.hpp"
#include "pj/kernels/half_vectors.hpp"

namespace pj {

#ifdef __AVX2__

namespace {

struct Target : HalfVectors<Target> {
  static constexpr int columns = 1;
  static constexpr int rows(int) { return 2; }
};

}  // namespace

const HalfKernels* avx2_half_kernels() {
  return half_kernels_for<Target>("AVX2");
}

#else

const HalfKernels* avx2_half_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
