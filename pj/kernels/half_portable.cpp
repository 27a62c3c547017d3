#include "pj/kernels/half_body.hpp"
#include "pj/kernels/half_vectors.hpp"

namespace pj {

namespace {

struct Target : HalfVectors<Target> {
  static constexpr int columns = 1;
  static constexpr int rows(int) { return 2; }
};

}  // namespace

const HalfKernels* portable_half_kernels() {
  return half_kernels_for<Target>("portable");
}

}  // namespace pj
