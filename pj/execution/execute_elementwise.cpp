#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

bool compares(Elementwise::Kind kind) {
  return kind >= Elementwise::Kind::Equal && kind <= Elementwise::Kind::GreaterOrEqual;
}

template <class Number>
bool holds(Elementwise::Kind kind, Number a, Number b) {
  switch (kind) {
    case Elementwise::Kind::Equal:
      return a == b;
    case Elementwise::Kind::Less:
      return a < b;
    case Elementwise::Kind::LessOrEqual:
      return a <= b;
    case Elementwise::Kind::Greater:
      return a > b;
    default:
      return a >= b;
  }
}

template <class Whole>
Whole whole_power(Whole base, Whole exponent) {
  if (exponent < Whole{0}) {
    const auto minus_one = static_cast<Whole>(-1);
    return base == 1 || (base == minus_one && exponent % 2 == 0) ? 1 : base == minus_one ? minus_one : 0;
  }
  std::uint64_t result = 1;
  auto factor = static_cast<std::uint64_t>(base);
  for (; exponent > 0; exponent /= 2) {
    result *= exponent % 2 != 0 ? factor : 1;
    factor *= factor;
  }
  return static_cast<Whole>(result);
}

/// Remainder with the sign of the divisor (Mod) or of the dividend (Fmod); division truncates.
template <class Whole>
Whole divided(Elementwise::Kind kind, Whole a, Whole b) {
  if (b == 0) {
    throw InputError("divides a whole number by zero; check what the divisor is made from");
  }
  if (std::is_signed_v<Whole> && b == static_cast<Whole>(-1)) {  // the smallest number has no negative
    return kind == Elementwise::Kind::Div ? static_cast<Whole>(0 - static_cast<std::uint64_t>(a)) : 0;
  }
  const Whole remainder = a % b;
  switch (kind) {
    case Elementwise::Kind::Div:
      return a / b;
    case Elementwise::Kind::Mod:
      return remainder != 0 && (remainder < Whole{0}) != (b < Whole{0}) ? remainder + b : remainder;
    default:
      return remainder;
  }
}

/// Shifts are those of the bits; a shift by all bits leaves nothing.
std::uint64_t shifted(Elementwise::Kind kind, std::uint64_t bits, std::uint64_t by) {
  if (by > 63) {
    return 0;
  }
  return kind == Elementwise::Kind::ShiftLeft ? bits << by : bits >> by;
}

/// Two's complement arithmetic wraps around, as in NumPy and ONNX Runtime.
template <class Whole>
Whole combined_whole(Elementwise::Kind kind, Whole a, Whole b) {
  const auto x = static_cast<std::uint64_t>(a);
  const auto y = static_cast<std::uint64_t>(b);
  switch (kind) {
    case Elementwise::Kind::Add:
    case Elementwise::Kind::Mean:
      return static_cast<Whole>(x + y);
    case Elementwise::Kind::Sub:
      return static_cast<Whole>(x - y);
    case Elementwise::Kind::Mul:
      return static_cast<Whole>(x * y);
    case Elementwise::Kind::Div:
    case Elementwise::Kind::Mod:
    case Elementwise::Kind::Fmod:
      return divided(kind, a, b);
    case Elementwise::Kind::Pow:
      return whole_power(a, b);
    case Elementwise::Kind::Min:
      return std::min(a, b);
    case Elementwise::Kind::Max:
      return std::max(a, b);
    case Elementwise::Kind::And:
    case Elementwise::Kind::BitAnd:
      return static_cast<Whole>(x & y);
    case Elementwise::Kind::Or:
    case Elementwise::Kind::BitOr:
      return static_cast<Whole>(x | y);
    case Elementwise::Kind::Xor:
    case Elementwise::Kind::BitXor:
      return static_cast<Whole>(x ^ y);
    default:
      return static_cast<Whole>(shifted(kind, x, y));
  }
}

template <class Real>
Real combined_real(Elementwise::Kind kind, Real a, Real b) {
  switch (kind) {
    case Elementwise::Kind::Add:
    case Elementwise::Kind::Mean:
      return a + b;
    case Elementwise::Kind::Sub:
      return a - b;
    case Elementwise::Kind::Mul:
      return a * b;
    case Elementwise::Kind::Div:
      return a / b;
    case Elementwise::Kind::Pow:
      return std::pow(a, b);
    case Elementwise::Kind::Mod:
      return b == Real{0} ? std::numeric_limits<Real>::quiet_NaN() : a - std::floor(a / b) * b;
    case Elementwise::Kind::Fmod:
      return std::fmod(a, b);
    case Elementwise::Kind::Min:
      return std::isnan(a) || a < b ? a : b;
    case Elementwise::Kind::Max:
      return std::isnan(a) || a > b ? a : b;
    default:
      throw InputError("it combines the bits of real numbers; use whole numbers");
  }
}

template <class Number>
Number combined(Elementwise::Kind kind, Number a, Number b) {
  if constexpr (std::is_floating_point_v<Number>) {
    return combined_real(kind, a, b);
  } else {
    return combined_whole(kind, a, b);
  }
}

template <class Number>
std::vector<Number> operand(const Arguments& given, std::size_t i) {
  return stretched(numbers_of<Number>(given[i]), given.shape(i), given.result().shape);
}

template <class Number>
Constant answers(Elementwise::Kind kind, const Arguments& given) {
  const auto a = operand<Number>(given, 0);
  const auto b = operand<Number>(given, 1);
  std::vector<std::int64_t> found(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    found[i] = holds(kind, a[i], b[i]) ? 1 : 0;
  }
  return tensor_of(given.result(), found);
}

template <class Number>
void combine(Elementwise::Kind kind, std::vector<Number>& total, const std::vector<Number>& next) {
  if (kind == Elementwise::Kind::Add) {  // by far the most common: residual connections
    for (std::size_t k = 0; k < total.size(); ++k) {
      total[k] = combined(Elementwise::Kind::Add, total[k], next[k]);
    }
    return;
  }
  for (std::size_t k = 0; k < total.size(); ++k) {
    total[k] = combined(kind, total[k], next[k]);
  }
}

template <class Number>
Constant folded(Elementwise::Kind kind, const Arguments& given) {
  auto total = operand<Number>(given, 0);
  for (std::size_t i = 1; i < given.operands.size(); ++i) {
    combine(kind, total, operand<Number>(given, i));
  }
  if (kind == Elementwise::Kind::Mean) {
    for (Number& number : total) {
      number /= static_cast<Number>(given.operands.size());
    }
  }
  return tensor_of(given.result(), total);
}

template <class Number>
Constant chosen(const Arguments& given) {
  const auto condition = operand<std::int64_t>(given, 0);
  auto numbers = operand<Number>(given, 1);
  const auto others = operand<Number>(given, 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = condition[i] != 0 ? numbers[i] : others[i];
  }
  return tensor_of(given.result(), numbers);
}

/// The format in which operands from `first` on meet: their own, or float64 where whole numbers meet reals or reals
/// of different formats each other.
NumberFormat common_format(const Arguments& given, std::size_t first) {
  NumberFormat common = given[first].format;
  for (std::size_t i = first + 1; i < given.operands.size(); ++i) {
    const NumberFormat& other = given[i].format;
    const bool is_real = !is_whole(common) || !is_whole(other);
    if (other != common && is_real) {
      common = NumberFormat::floating(64, 11);
    }
  }
  return common;
}

}  // namespace

Tensors compute(const Elementwise& layer, const Arguments& given) {
  const bool chooses = layer.kind == Elementwise::Kind::Where;
  return in_number_type(common_format(given, chooses ? 1 : 0), [&](auto zero) -> Tensors {
    using Number = decltype(zero);
    if (chooses) {
      return {chosen<Number>(given)};
    }
    return {compares(layer.kind) ? answers<Number>(layer.kind, given) : folded<Number>(layer.kind, given)};
  });
}

}  // namespace pj
