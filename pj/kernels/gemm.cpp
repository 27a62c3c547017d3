#include "pj/kernels/gemm.hpp"

#include <cblas.h>

#include <algorithm>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/kernels/blas.hpp"

namespace pj {

namespace {

template <class Real, class Product>
void multiply_by(const Product& product, const Gemm& gemm, std::span<const Real> a, std::span<const Real> b,
                 std::span<Real> c) {
  ensure(std::cmp_equal(a.size(), gemm.M * gemm.K) && std::cmp_equal(b.size(), gemm.K * gemm.N) &&
             std::cmp_equal(c.size(), gemm.M * gemm.N),
         "a product's matrices have the sizes that it says");
  if (c.empty()) {
    return;
  }
  if (gemm.K == 0) {
    std::fill_n(c.begin(), gemm.adds ? 0 : c.size(), Real{0});
    return;
  }
  openblas_set_num_threads(1);
  const auto order = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  product(CblasRowMajor, order(gemm.transpose_a), order(gemm.transpose_b), blas_size(gemm.M), blas_size(gemm.N),
          blas_size(gemm.K), Real{1}, a.data(), blas_size(gemm.transpose_a ? gemm.M : gemm.K), b.data(),
          blas_size(gemm.transpose_b ? gemm.K : gemm.N), gemm.adds ? Real{1} : Real{0}, c.data(), blas_size(gemm.N));
}

}  // namespace

void multiply(const Gemm& gemm, std::span<const float> a, std::span<const float> b, std::span<float> c) {
  multiply_by<float>(cblas_sgemm, gemm, a, b, c);
}

void multiply(const Gemm& gemm, std::span<const double> a, std::span<const double> b, std::span<double> c) {
  multiply_by<double>(cblas_dgemm, gemm, a, b, c);
}

}  // namespace pj
