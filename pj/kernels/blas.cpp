#include "pj/kernels/blas.hpp"

#include <cblas.h>

#include "pj/base/text.hpp"

namespace pj {

int blas_size(std::int64_t size) {
  ensure(size <= 0x7fffffff, "BLAS counts rows and columns in 32 bits");
  return static_cast<int>(size);
}

namespace {

void multiply_as(CBLAS_TRANSPOSE transpose_b, TensorView<const float, 2> a, TensorView<const float, 2> b,
                 TensorView<float, 2> product) {
  const int M = blas_size(product.size(0));
  const int N = blas_size(product.size(1));
  const int K = blas_size(a.size(1));
  openblas_set_num_threads(1);
  if (M == 1 && transpose_b == CblasTrans) {  // a matrix times a vector has a kernel of its own
    cblas_sgemv(CblasRowMajor, CblasNoTrans, N, K, 1.0F, b.elements().data(), K, a.elements().data(), 1, 0.0F,
                product.elements().data(), 1);
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, transpose_b, M, N, K, 1.0F, a.elements().data(), K, b.elements().data(),
              blas_size(b.size(1)), 0.0F, product.elements().data(), N);
}

}  // namespace

void multiply(TensorView<const float, 2> a, TensorView<const float, 2> b, TensorView<float, 2> product) {
  multiply_as(CblasNoTrans, a, b, product);
}

void multiply_transposed(TensorView<const float, 2> a, TensorView<const float, 2> b, TensorView<float, 2> product) {
  multiply_as(CblasTrans, a, b, product);
}

std::string blas_version() {
  const std::vector<std::string> words = split(openblas_get_config(), ' ');  // "OpenBLAS 0.3.21 NO_LAPACKE …"
  return (words.size() > 1 ? words[1] : std::string("unknown")) + " (" + openblas_get_corename() + ")";
}

}  // namespace pj
