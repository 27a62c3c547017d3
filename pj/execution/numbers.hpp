#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

// A layer computes in one of four types: float32 and narrower floats in `float`, float64 in `double`, uint64 in
// `std::uint64_t`, all other whole numbers and bool in `std::int64_t`. Each holds every number of its formats exactly.

/// True where elements of this format can be computed with: whole numbers, float32, float64 and signed floats of at
/// most 16 bits. Codebook indices, powers of two and fixed-point numbers with a fraction are not the numbers that they
/// stand for.
bool is_computable(const NumberFormat& format);

/// The elements in one of the four types; reals lose their fraction on the way to whole numbers, as in a Cast.
template <class Number>
std::vector<Number> numbers_of(const Constant& tensor);

/// A tensor of these numbers: reals are rounded to the nearest of the format, whole numbers wrap around.
template <class Number>
Constant tensor_of(const TensorType& type, const std::vector<Number>& numbers);

/// Calls `compute` with a zero of the type that numbers of this format are computed in. Throws `InputError` where they
/// cannot be computed with.
template <class Compute>
auto in_number_type(const NumberFormat& format, Compute compute) {
  if (!is_computable(format)) {
    throw InputError("it computes with numbers kept as " + to_string(format) +
                     ", which cannot be run; use floats or whole numbers");
  }
  if (format.kind == NumberFormat::Kind::Float) {
    return format.bits > 32 ? compute(double{}) : compute(float{});
  }
  return format.bits == 64 && !format.is_signed ? compute(std::uint64_t{}) : compute(std::int64_t{});
}

/// The same for functions that make sense of real numbers only; whole numbers take part as `double`.
template <class Compute>
auto in_real_type(const NumberFormat& format, Compute compute) {
  return in_number_type(format, [&](auto zero) {
    if constexpr (std::is_same_v<decltype(zero), float>) {
      return compute(float{});
    } else {
      return compute(double{});
    }
  });
}

}  // namespace pj
