#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// True where the elements of this format are computed with as whole numbers (and not as reals).
bool is_whole(const NumberFormat& format);

/// The elements as whole numbers; reals lose their fraction, as in a Cast.
std::vector<std::int64_t> whole_numbers(const Constant& constant);
/// The elements as reals.
std::vector<double> real_numbers(const Constant& constant);

/// Numbers in the given format: reals are rounded to the nearest, whole numbers wrap around.
Constant constant_of(const NumberFormat& format, const Sizes& shape, std::span<const double> numbers);
Constant constant_of(const NumberFormat& format, const Sizes& shape, std::span<const std::int64_t> numbers);
/// One number in float32, of no dimensions.
Constant float_scalar(double number);

/// A constant list (1-D) or scalar of int64, as shapes and axes are.
Constant whole_list(const Sizes& numbers);
Constant whole_scalar(std::int64_t number);

}  // namespace pj
