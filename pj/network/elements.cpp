#include "pj/network/elements.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace pj {

namespace {

using Kind = NumberFormat::Kind;

std::uint64_t bits_at(const Constant& constant, std::size_t i, std::size_t width) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, constant.bytes.data() + i * width, width);
  return bits;
}

std::int64_t sign_extended(std::uint64_t bits, std::size_t width) {
  const auto unused = static_cast<int>(64 - 8 * width);
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

/// Sign, exponent with bias 2^(e−1) − 1, mantissa. OCP's E4M3 and E2M1 use the largest exponent for numbers too.
double small_float(std::uint64_t bits, const NumberFormat& format) {
  const int mantissa_bits = format.bits - 1 - format.exponent;
  const int bias = (1 << (format.exponent - 1)) - 1;
  const int top = (1 << format.exponent) - 1;
  const auto mantissa = static_cast<double>(bits & ((std::uint64_t{1} << mantissa_bits) - 1));
  const auto exponent = static_cast<int>(bits >> mantissa_bits) & top;
  const double sign = (bits >> (format.bits - 1)) & 1U ? -1.0 : 1.0;
  const bool finite_top = format.bits <= 8 && format.exponent <= 4;
  if (exponent == top && !finite_top) {
    return mantissa != 0.0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  }
  if (format.bits == 8 && format.exponent == 4 && (bits & 0x7FU) == 0x7FU) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double fraction = std::ldexp(mantissa, -mantissa_bits);
  return sign * (exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1.0 + fraction, exponent - bias));
}

double real_of(std::uint64_t bits, const NumberFormat& format) {
  if (format.kind != Kind::Float) {
    const auto width = static_cast<std::size_t>(stored_bytes(format));
    return format.is_signed ? static_cast<double>(sign_extended(bits, width)) : static_cast<double>(bits);
  }
  if (format.bits == 32) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  return format.bits == 64 ? std::bit_cast<double>(bits) : small_float(bits, format);
}

/// The nearest number of a small float (ties to even); too large ones become infinite or, without one, the largest.
std::uint64_t small_float_bits(double number, const NumberFormat& format) {
  const int mantissa_bits = format.bits - 1 - format.exponent;
  const int bias = (1 << (format.exponent - 1)) - 1;
  const std::uint64_t sign = std::signbit(number) ? std::uint64_t{1} << (format.bits - 1) : 0;
  const bool has_infinity = format.bits > 8 || format.exponent > 4;
  const std::uint64_t top = ((std::uint64_t{1} << format.exponent) - 1) << mantissa_bits;
  const std::uint64_t largest =
      has_infinity ? top : (std::uint64_t{1} << (format.bits - 1)) - (format.bits == 8 ? 2 : 1);
  if (std::isnan(number)) {
    return sign | (has_infinity ? top | 1U : largest + (format.bits == 8 ? 1 : 0));
  }
  const double magnitude = std::abs(number);
  if (std::isinf(magnitude)) {
    return sign | largest;
  }
  if (magnitude == 0.0) {
    return sign;
  }
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  const int scale = std::max(exponent - 1, 1 - bias) - mantissa_bits;  // the weight of the mantissa's last bit
  const auto steps = static_cast<std::uint64_t>(std::nearbyint(std::ldexp(magnitude, -scale)));
  const auto level = static_cast<std::uint64_t>(std::max(exponent - 1, 1 - bias) - (1 - bias));
  const std::uint64_t bits = (level << mantissa_bits) + steps;  // a carry runs on into the exponent
  return sign | std::min(bits, largest);
}

std::uint64_t bits_of(double number, const NumberFormat& format) {
  if (format.kind != Kind::Float) {
    const double bound = std::isnan(number) ? 0.0 : std::clamp(number, -0x1p63, 0x1.fffffffffffffp62);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(bound));
  }
  if (format.bits == 32) {
    return std::bit_cast<std::uint32_t>(static_cast<float>(number));
  }
  return format.bits == 64 ? std::bit_cast<std::uint64_t>(number) : small_float_bits(number, format);
}

/// Elements of 4 bits and less are kept sign-extended in their byte.
std::uint64_t wrapped(std::uint64_t bits, const NumberFormat& format) {
  if (format.kind == Kind::Boolean) {
    return bits != 0 ? 1 : 0;
  }
  if (format.kind != Kind::Fixed || format.bits >= 64) {
    return bits;
  }
  const int unused = 64 - format.bits;
  return format.is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << unused) >> unused)
                          : bits << unused >> unused;
}

template <class Number, class Bits>
Constant packed(const NumberFormat& format, const Sizes& shape, std::span<const Number> numbers, Bits bits) {
  const auto width = static_cast<std::size_t>(stored_bytes(format));
  Constant constant{format, shape, std::vector<std::byte>(numbers.size() * width)};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint64_t element = bits(numbers[i]);
    std::memcpy(constant.bytes.data() + i * width, &element, width);
  }
  return constant;
}

template <class Number, class Read>
std::vector<Number> unpacked(const Constant& constant, Read read) {
  const auto width = static_cast<std::size_t>(stored_bytes(constant.format));
  std::vector<Number> numbers(width == 0 ? 0 : constant.bytes.size() / width);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = read(bits_at(constant, i, width));
  }
  return numbers;
}

}  // namespace

bool is_whole(const NumberFormat& format) {
  return (format.kind == Kind::Fixed && format.fraction == 0) || format.kind == Kind::Boolean ||
         format.kind == Kind::Binary || format.kind == Kind::Ternary;
}

std::vector<std::int64_t> whole_numbers(const Constant& constant) {
  const NumberFormat& format = constant.format;
  const auto width = static_cast<std::size_t>(stored_bytes(format));
  return unpacked<std::int64_t>(constant, [&](std::uint64_t bits) {
    if (format.kind == Kind::Float) {
      return static_cast<std::int64_t>(bits_of(real_of(bits, format), NumberFormat::fixed(64)));
    }
    return format.is_signed ? sign_extended(bits, width) : static_cast<std::int64_t>(bits);
  });
}

std::vector<double> real_numbers(const Constant& constant) {
  return unpacked<double>(constant, [&](std::uint64_t bits) { return real_of(bits, constant.format); });
}

Constant constant_of(const NumberFormat& format, const Sizes& shape, std::span<const double> numbers) {
  if (format.kind == Kind::Boolean) {
    return packed(format, shape, numbers, [](double number) { return std::uint64_t{number != 0.0}; });
  }
  return packed(format, shape, numbers, [&](double number) { return wrapped(bits_of(number, format), format); });
}

Constant constant_of(const NumberFormat& format, const Sizes& shape, std::span<const std::int64_t> numbers) {
  return packed(format, shape, numbers, [&](std::int64_t number) {
    return format.kind == Kind::Float ? bits_of(static_cast<double>(number), format)
                                      : wrapped(static_cast<std::uint64_t>(number), format);
  });
}

Constant whole_list(const Sizes& numbers) {
  return constant_of(NumberFormat::fixed(64), {static_cast<std::int64_t>(numbers.size())},
                     std::span<const std::int64_t>(numbers));
}

Constant whole_scalar(std::int64_t number) {
  return constant_of(NumberFormat::fixed(64), {}, std::span<const std::int64_t>(&number, 1));
}

Constant float_scalar(double number) {
  return constant_of(NumberFormat::float32(), {}, std::span(&number, 1));
}

}  // namespace pj
