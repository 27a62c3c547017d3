#include <algorithm>
#include <array>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

/// A parameter (scale or zero point) for every element: one number, one an index of the axis, or one a block.
template <class Number>
std::vector<Number> spread(const Constant& parameter, const Sizes& shape, std::int64_t axis, std::int64_t block) {
  const auto numbers = numbers_of<Number>(parameter);
  std::vector<Number> all(static_cast<std::size_t>(element_count(shape)), numbers.empty() ? Number{} : numbers[0]);
  if (numbers.size() <= 1) {
    return all;
  }
  const std::size_t along = axis_index(axis, shape.size());
  const Sizes strides = strides_of(shape);
  const std::int64_t size = shape[along];
  const std::int64_t blocks = parameter.shape.size() > 1 ? parameter.shape[along] : size;
  for (std::int64_t i = 0; i < std::ssize(all); ++i) {
    const std::int64_t index = i / strides[along] % size;
    const bool is_blocked = parameter.shape.size() > 1;
    const std::int64_t outer = i / strides[along] / size;
    const std::int64_t place =
        is_blocked ? (outer * blocks + index / block) * strides[along] + i % strides[along] : index;
    all[static_cast<std::size_t>(i)] = numbers[static_cast<std::size_t>(place)];
  }
  return all;
}

/// The zero points as numbers; none where there is no such operand.
template <class Number>
std::vector<Number> zero_points(const Arguments& given, std::int64_t axis, std::int64_t block) {
  return given.has(2) ? spread<Number>(given[2], given.shape(0), axis, block)
                      : std::vector<Number>(static_cast<std::size_t>(element_count(given.shape(0))), Number{});
}

/// The whole numbers that a format holds.
struct Range {
  double low, high;
};

Range range_of(const NumberFormat& format) {
  const double half = std::ldexp(1.0, format.bits - 1);
  return format.is_signed ? Range{-half, half - 1.0} : Range{0.0, 2.0 * half - 1.0};
}

/// x / scale in the precision of the scale, as runtimes divide; wider numbers are wide enough.
template <class Real>
Constant quantized(const Quantize& layer, const Arguments& given) {
  const auto numbers = numbers_of<Real>(given[0]);
  const auto scales = spread<Real>(given[1], given.shape(0), layer.axis, layer.block);
  const auto zeros = zero_points<double>(given, layer.axis, layer.block);
  std::vector<double> results(numbers.size());
  const bool is_float = layer.to.kind == NumberFormat::Kind::Float;
  const Range range = is_float ? Range{} : range_of(layer.to);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto ratio = static_cast<double>(numbers[i] / scales[i]);
    results[i] = is_float ? ratio : std::clamp(std::nearbyint(ratio) + zeros[i], range.low, range.high);
    results[i] = !is_float && std::isnan(ratio) ? 0.0 : results[i];
  }
  if (!is_float) {
    return tensor_of(given.result(), results);
  }
  const Constant reals = tensor_of({given.result().shape, NumberFormat::floating(64, 11)}, results);
  const Constant* operand = &reals;
  return execute(Cast{.to = layer.to}, std::span(&operand, 1)).front();
}

template <class Real>
Constant dequantized(const Dequantize& layer, const Arguments& given) {
  const auto scales = spread<Real>(given[1], given.shape(0), layer.axis, layer.block);
  const auto numbers = numbers_of<double>(given[0]);
  const auto zeros = zero_points<double>(given, layer.axis, layer.block);
  std::vector<Real> results(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    results[i] = static_cast<Real>(numbers[i] - zeros[i]) * scales[i];
  }
  return tensor_of(given.result(), results);
}

double half_rounded(double x, bool up) {
  const double below = std::floor(x);
  const double part = x - below;
  return part > 0.5 || (part == 0.5 && (x > 0.0) == up) ? below + 1.0 : below;
}

/// The rounding modes of QONNX (docs of the Quant operator), in which UP is away from zero and DOWN towards it.
double rounded(const std::string& mode, double x) {
  if (mode == "ROUND" || mode == "HALF_EVEN") {
    return std::nearbyint(x);
  }
  if (mode == "CEIL") {
    return std::ceil(x);
  }
  if (mode == "FLOOR") {
    return std::floor(x);
  }
  if (mode == "UP") {
    return x < 0.0 ? std::floor(x) : std::ceil(x);
  }
  if (mode == "DOWN" || mode == "ROUND_TO_ZERO") {
    return std::trunc(x);
  }
  if (mode == "HALF_UP" || mode == "HALF_DOWN") {
    return half_rounded(x, mode == "HALF_UP");
  }
  throw InputError("its rounding mode is '" + mode +
                   "'; known: ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN, ROUND_TO_ZERO");
}

Range range_of(const FakeQuantize& layer, double bits) {
  if (!(bits >= 1.0 && bits <= 64.0)) {
    throw InputError("it quantises to " + std::to_string(bits) + " bits; use 1 to 64");
  }
  const double half = std::exp2(bits - 1.0);
  const double narrow = layer.narrow ? 1.0 : 0.0;
  return layer.is_signed ? Range{-half + narrow, half - 1.0} : Range{0.0, 2.0 * half - 1.0 - narrow};
}

/// Operand `i` for every element of operand 0.
template <class Real>
std::vector<Real> parameter(const Arguments& given, std::size_t i) {
  return stretched(numbers_of<Real>(given[i]), given.shape(i), given.shape(0));
}

/// round(clamp(x / scale + zero point)), back to a real number; in float32 where x is, as the reference computes it.
template <class Real>
std::vector<Real> fake_integers(const FakeQuantize& layer, const Arguments& given) {
  auto numbers = numbers_of<Real>(given[0]);
  const auto scale = parameter<Real>(given, 1);
  const auto zero = parameter<Real>(given, 2);
  const auto bits = parameter<Real>(given, 3);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Range range = range_of(layer, static_cast<double>(bits[i]));
    const double bounded = std::clamp(static_cast<double>(numbers[i] / scale[i] + zero[i]), range.low, range.high);
    numbers[i] = (static_cast<Real>(rounded(layer.rounding, bounded)) - zero[i]) * scale[i];
  }
  return numbers;
}

template <class Real>
std::vector<Real> signs(const Arguments& given) {
  auto numbers = numbers_of<Real>(given[0]);
  const auto scale = parameter<Real>(given, 1);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = numbers[i] / scale[i] >= Real{0} ? scale[i] : -scale[i];
  }
  return numbers;
}

template <class Real>
std::vector<Real> truncated(const FakeQuantize& layer, const Arguments& given) {
  auto numbers = numbers_of<Real>(given[0]);
  const auto scale = parameter<Real>(given, 1);
  const auto zero = parameter<Real>(given, 2);
  const auto in_bits = parameter<double>(given, 3);
  const auto out_bits = parameter<double>(given, 4);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double whole = std::nearbyint(static_cast<double>(numbers[i] / scale[i] + zero[i]));
    const double dropped = std::exp2(in_bits[i] - out_bits[i]);
    numbers[i] = (static_cast<Real>(rounded(layer.rounding, whole / dropped)) - zero[i]) * scale[i];
  }
  return numbers;
}

template <class Real>
std::vector<Real> fake_quantized(const FakeQuantize& layer, const Arguments& given) {
  switch (layer.kind) {
    case FakeQuantize::Kind::Bipolar:
      return signs<Real>(given);
    case FakeQuantize::Kind::Trunc:
      return truncated<Real>(layer, given);
    default:
      return fake_integers<Real>(layer, given);
  }
}

}  // namespace

Tensors compute(const Quantize& layer, const Arguments& given) {
  return in_real_type(given[1].format, [&](auto zero) -> Tensors { return {quantized<decltype(zero)>(layer, given)}; });
}

Tensors compute(const Dequantize& layer, const Arguments& given) {
  return in_real_type(given[1].format,
                      [&](auto zero) -> Tensors { return {dequantized<decltype(zero)>(layer, given)}; });
}

Tensors compute(const FakeQuantize& layer, const Arguments& given) {
  return in_real_type(given[0].format, [&](auto zero) -> Tensors {
    return {tensor_of(given.result(), fake_quantized<decltype(zero)>(layer, given))};
  });
}

}  // namespace pj
