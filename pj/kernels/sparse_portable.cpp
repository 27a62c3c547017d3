#include "pj/kernels/sparse_body.hpp"

namespace pj {

namespace {

struct Target {
  static constexpr int lanes = 4, rows = 3, wide = 8;

  static void balanced(const BalancedProduct& p) {
    float sums[16] = {};
    for (std::int64_t entry = 0; entry < p.windows * p.entries; ++entry) {
      const float* const window = p.input + entry / p.entries * balanced_window;
      for (int m = 0; m < 16; ++m) {
        sums[m] += window[p.indices[entry * 16 + m]] * p.values[entry * 16 + m];
      }
    }
    for (int m = 0; m < 16; ++m) {
      p.output[m] = sums[m];
    }
  }
};

}  // namespace

const SparseKernels* portable_sparse_kernels() {
  return sparse_kernels_for<Target>("portable");
}

}  // namespace pj
