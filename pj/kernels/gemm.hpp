#pragma once

#include <cstdint>
#include <span>

namespace pj {

/// C[M,N] = op(A) · op(B), all row-major and without gaps; op(A) is M × K and op(B) is K × N.
struct Gemm {
  std::int64_t M = 0, N = 0, K = 0;
  bool transpose_a = false, transpose_b = false;
  bool adds = false;  ///< C += op(A) · op(B)
};

/// By OpenBLAS on the calling thread; the same operands give the same bits.
void multiply(const Gemm& gemm, std::span<const float> a, std::span<const float> b, std::span<float> c);
void multiply(const Gemm& gemm, std::span<const double> a, std::span<const double> b, std::span<double> c);

}  // namespace pj
