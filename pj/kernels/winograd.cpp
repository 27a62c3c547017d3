#include "pj/kernels/winograd.hpp"

#include <cmath>

#include "pj/kernels/rounding.hpp"

namespace pj {

Verdict winograd_can_run(const ConvShape& s, int m, int r) {
  const std::string name =
      "F(" + std::to_string(m) + "×" + std::to_string(m) + "," + std::to_string(r) + "×" + std::to_string(r) + ")";
  if (s.R != r || s.S != r) {
    return Verdict::no(name + " is for filters of " + std::to_string(r) + "×" + std::to_string(r));
  }
  if (s.stride_h != 1 || s.stride_w != 1) {
    return Verdict::no("Winograd needs stride 1");
  }
  if (s.dilation_h != 1 || s.dilation_w != 1) {
    return Verdict::no("Winograd needs dilation 1");
  }
  return Verdict::yes();
}

OperationCount winograd_operations(const ConvShape& s, const CookToom& f) {
  const std::int64_t tiles = s.N * ceil_div(s.P(), f.m) * ceil_div(s.Q(), f.m);
  const std::int64_t n = f.n();
  const std::int64_t products = n * n * s.group_C() * s.M;
  const OperationCount input = 2 * n * transform_operations(f.B);
  const OperationCount output = (n + f.m) * transform_operations(f.A);
  return tiles * (s.C * input + s.M * output + OperationCount{.multiplications = products, .additions = products});
}

double winograd_error_bound(const ConvShape& s, const CookToom& f, double unit) {
  const double growth =
      (largest_row_sum(f.A) * largest_row_sum(f.G) * largest_row_sum(f.B)).to_double();  // of one axis
  // Roundings on the way of a product: a constant and a sum for each term of the six transforms, of constants that are
  // rounded themselves, the product, and the sum over the channels.
  const double roundings = 2.0 * (2.0 * f.n() + f.r + 3.0) + 1.0 + static_cast<double>(s.group_C());
  return accumulated_roundings(roundings, unit) * static_cast<double>(s.group_C()) * growth * growth;
}

}  // namespace pj
