#include "pj/kernels/vector_body.hpp"

namespace pj {

namespace {

/// 8 sums, 4 vectors of weights and an input fit the registers of any processor with vectors of four floats.
struct Target {
  static constexpr int lanes = 4, rows = 2, columns = 4;
};

}  // namespace

const VectorKernels* portable_kernels() {
  return kernels_for<Target>("portable");
}

}  // namespace pj
