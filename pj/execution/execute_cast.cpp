#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/execution/numbers.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

using Kind = NumberFormat::Kind;

bool is_small_float(const NumberFormat& format) {
  return format.kind == Kind::Float && format.bits <= 8;
}

/// A number too large for a float8 becomes the largest one or, without saturation, infinite where the format has that,
/// else NaN (ONNX, Cast: the tables of float 8 formats).
double bounded(double number, const Cast& layer) {
  const bool has_infinity = layer.to.exponent > 4;
  const double largest = has_infinity ? 57344.0 : layer.to.bits == 8 ? 448.0 : 6.0;
  if (layer.saturate || layer.to.bits < 8) {
    return std::isnan(number) ? number : std::clamp(number, -largest, largest);
  }
  // What rounds to more than the largest: half a step beyond it, the step being a power of two.
  const double step = has_infinity ? 8192.0 : 32.0;
  const bool is_beyond = std::abs(number) > largest + step / 2;
  return is_beyond && !has_infinity ? std::numeric_limits<double>::quiet_NaN() : number;
}

/// Reals outside the range of integers narrower than a byte become the nearest in it, as in ONNX's own conversions.
bool is_saturated(const Cast& layer, const NumberFormat& from) {
  return layer.to.kind == Kind::Fixed && layer.to.bits < 8 && from.kind == Kind::Float;
}

double saturated(double number, const NumberFormat& format) {
  const double half = std::ldexp(1.0, format.bits - 1);
  return format.is_signed ? std::clamp(number, -half, half - 1.0) : std::clamp(number, 0.0, 2.0 * half - 1.0);
}

}  // namespace

bool is_code(const NumberFormat& format) {
  return format.kind == Kind::Codebook || format.kind == Kind::Log2;
}

Tensors compute(const Cast& layer, const Arguments& given) {
  if (given[0].format == layer.to) {
    return {given[0]};
  }
  if (is_code(given[0].format)) {
    return {constant_of(layer.to, given.result().shape, whole_numbers(given[0]))};
  }
  in_number_type(layer.to, [](auto) {});  // refuses what cannot be computed with
  return in_number_type(given[0].format, [&](auto zero) -> Tensors {
    using Number = decltype(zero);
    auto numbers = numbers_of<Number>(given[0]);
    const bool saturates = is_saturated(layer, given[0].format);
    if (!is_small_float(layer.to) && !saturates) {
      return {tensor_of(given.result(), numbers)};
    }
    std::vector<double> reals(numbers.begin(), numbers.end());
    for (double& real : reals) {
      real = saturates ? saturated(real, layer.to) : bounded(real, layer);
    }
    return {tensor_of(given.result(), reals)};
  });
}

}  // namespace pj
