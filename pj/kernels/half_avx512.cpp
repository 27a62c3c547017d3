// Compiled for processors with AVX-512; nothing here may run before it is known to be there.

#include "pj/kernels/half_body.hpp"
#include "pj/kernels/half_vectors.hpp"

namespace pj {

#ifdef __AVX512F__

namespace {

struct Target : HalfVectors<Target> {
  static constexpr int columns = 4;
  static constexpr int rows(int) { return 4; }
};

}  // namespace

const HalfKernels* avx512_half_kernels() {
  return half_kernels_for<Target>("AVX-512");
}

#else

const HalfKernels* avx512_half_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
