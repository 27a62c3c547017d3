#include "pj/kernels/toeplitz.hpp"

namespace pj {

double toeplitz_redundancy(const ConvShape& s) {
  const ProductShape product = toeplitz_product(s);
  return static_cast<double>(s.groups * product.K * product.N) / static_cast<double>(s.C * s.H * s.W);
}

}  // namespace pj
