#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pj/base/error.hpp"
#include "pj/onnx/elements.hpp"
#include "pj/onnx/fold_rules.hpp"

namespace pj {

namespace {

using Kind = Elementwise::Kind;

/// Two's complement arithmetic wraps around, as in NumPy and ONNX Runtime.
std::int64_t wrap(std::uint64_t bits) {
  return static_cast<std::int64_t>(bits);
}

std::int64_t whole_power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    return base == 1 || (base == -1 && exponent % 2 == 0) ? 1 : base == -1 ? -1 : 0;
  }
  std::uint64_t result = 1;
  auto factor = static_cast<std::uint64_t>(base);
  for (; exponent > 0; exponent /= 2) {
    result *= exponent % 2 != 0 ? factor : 1;
    factor *= factor;
  }
  return wrap(result);
}

/// Remainder with the sign of the divisor (Mod) or of the dividend (Fmod); division truncates.
std::int64_t divided(Kind kind, std::int64_t a, std::int64_t b) {
  if (b == 0) {
    throw InputError("divides a whole number by zero; check the shapes that the division is made from");
  }
  if (b == -1) {
    return kind == Kind::Div ? wrap(0 - static_cast<std::uint64_t>(a)) : 0;
  }
  const std::int64_t remainder = a % b;
  switch (kind) {
    case Kind::Div:
      return a / b;
    case Kind::Mod:
      return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    default:
      return remainder;
  }
}

std::int64_t shifted(Kind kind, std::int64_t a, std::int64_t b) {
  if (b < 0 || b > 63) {
    return 0;
  }
  const auto bits = static_cast<std::uint64_t>(a);
  return wrap(kind == Kind::ShiftLeft ? bits << b : bits >> b);
}

template <class Number>
Number compared(Kind kind, Number a, Number b) {
  switch (kind) {
    case Kind::Equal:
      return static_cast<Number>(a == b);
    case Kind::Less:
      return static_cast<Number>(a < b);
    case Kind::LessOrEqual:
      return static_cast<Number>(a <= b);
    case Kind::Greater:
      return static_cast<Number>(a > b);
    default:
      return static_cast<Number>(a >= b);
  }
}

std::int64_t apply(Kind kind, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a);
  const auto y = static_cast<std::uint64_t>(b);
  switch (kind) {
    case Kind::Add:
    case Kind::Mean:
      return wrap(x + y);
    case Kind::Sub:
      return wrap(x - y);
    case Kind::Mul:
      return wrap(x * y);
    case Kind::Div:
    case Kind::Mod:
    case Kind::Fmod:
      return divided(kind, a, b);
    case Kind::Pow:
      return whole_power(a, b);
    case Kind::Min:
      return std::min(a, b);
    case Kind::Max:
      return std::max(a, b);
    case Kind::And:
    case Kind::BitAnd:
      return a & b;
    case Kind::Or:
    case Kind::BitOr:
      return a | b;
    case Kind::Xor:
    case Kind::BitXor:
      return a ^ b;
    case Kind::ShiftLeft:
    case Kind::ShiftRight:
      return shifted(kind, a, b);
    default:
      return compared(kind, a, b);
  }
}

double apply(Kind kind, double a, double b) {
  switch (kind) {
    case Kind::Add:
    case Kind::Mean:
      return a + b;
    case Kind::Sub:
      return a - b;
    case Kind::Mul:
      return a * b;
    case Kind::Div:
      return a / b;
    case Kind::Pow:
      return std::pow(a, b);
    case Kind::Mod:
      return b == 0.0 ? std::numeric_limits<double>::quiet_NaN() : a - std::floor(a / b) * b;
    case Kind::Fmod:
      return std::fmod(a, b);
    case Kind::Min:
      return std::isnan(a) || a < b ? a : b;
    case Kind::Max:
      return std::isnan(a) || a > b ? a : b;
    default:
      return compared(kind, a, b);
  }
}

/// The elements of an operand, repeated to the result's shape.
template <class Number>
std::vector<Number> stretched(std::vector<Number> numbers, const Sizes& shape, const TensorType& result) {
  if (shape == result.shape) {
    return numbers;
  }
  const Sizes strides = strides_of(shape);
  const std::size_t extra = result.shape.size() - shape.size();
  std::vector<Number> all(static_cast<std::size_t>(element_count(result.shape)));
  IndexWalk walk(result.shape);
  for (Number& number : all) {
    std::int64_t place = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      place += shape[i] == 1 ? 0 : walk.index()[i + extra] * strides[i];
    }
    number = numbers[static_cast<std::size_t>(place)];
    walk.next();
  }
  return all;
}

template <class Number>
std::vector<Number> numbers_of(const Constant& constant) {
  if constexpr (std::is_same_v<Number, double>) {
    return real_numbers(constant);
  } else {
    return whole_numbers(constant);
  }
}

template <class Number>
Constant elementwise(Kind kind, ConstantOperands operands, const TensorType& result) {
  auto total = stretched(numbers_of<Number>(*operands[0]), operands[0]->shape, result);
  for (std::size_t i = 1; i < operands.size(); ++i) {
    const auto next = stretched(numbers_of<Number>(*operands[i]), operands[i]->shape, result);
    for (std::size_t k = 0; k < total.size(); ++k) {
      total[k] = apply(kind, total[k], next[k]);
    }
  }
  if (kind == Kind::Mean) {
    for (Number& number : total) {
      number /= static_cast<Number>(operands.size());
    }
  }
  return constant_of(result.format, result.shape, std::span<const Number>(total));
}

template <class Number>
Constant chosen(ConstantOperands operands, const TensorType& result) {
  const auto condition = stretched(whole_numbers(*operands[0]), operands[0]->shape, result);
  auto numbers = stretched(numbers_of<Number>(*operands[1]), operands[1]->shape, result);
  const auto other = stretched(numbers_of<Number>(*operands[2]), operands[2]->shape, result);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = condition[i] != 0 ? numbers[i] : other[i];
  }
  return constant_of(result.format, result.shape, std::span<const Number>(numbers));
}

double activated(Activation::Kind kind, double x) {
  using Function = Activation::Kind;
  switch (kind) {
    case Function::Abs:
      return std::abs(x);
    case Function::Neg:
      return -x;
    case Function::Exp:
      return std::exp(x);
    case Function::Log:
      return std::log(x);
    case Function::Sqrt:
      return std::sqrt(x);
    case Function::Reciprocal:
      return 1.0 / x;
    case Function::Sign:
      return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
    case Function::Floor:
      return std::floor(x);
    case Function::Ceil:
      return std::ceil(x);
    case Function::Round:
      return std::nearbyint(x);  // half to even, the default mode
    case Function::Relu:
      return std::max(x, 0.0);
    case Function::Not:
      return x == 0.0 ? 1.0 : 0.0;
    default:
      return x;  // Identity
  }
}

std::int64_t activated(Activation::Kind kind, std::int64_t x) {
  using Function = Activation::Kind;
  switch (kind) {
    case Function::Abs:
      return x < 0 ? wrap(0 - static_cast<std::uint64_t>(x)) : x;
    case Function::Neg:
      return wrap(0 - static_cast<std::uint64_t>(x));
    case Function::Sign:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case Function::Relu:
      return std::max<std::int64_t>(x, 0);
    case Function::Not:
      return x == 0 ? 1 : 0;
    default:
      return x;
  }
}

template <class Number>
Constant map_activation(Activation::Kind kind, const Constant& operand, const TensorType& result) {
  auto numbers = numbers_of<Number>(operand);
  for (Number& number : numbers) {
    number = activated(kind, number);
  }
  return constant_of(result.format, result.shape, std::span<const Number>(numbers));
}

Kind step_of(Reduce::Kind kind) {
  switch (kind) {
    case Reduce::Kind::Prod:
      return Kind::Mul;
    case Reduce::Kind::Max:
      return Kind::Max;
    case Reduce::Kind::Min:
      return Kind::Min;
    default:
      return Kind::Add;
  }
}

/// The place in the result that an element of the operand is folded into.
std::int64_t folded_place(const Sizes& index, const std::vector<bool>& folded, const Sizes& kept_strides) {
  std::int64_t place = 0;
  for (std::size_t i = 0, k = 0; i < index.size(); ++i) {
    place += folded[i] ? 0 : index[i] * kept_strides[k];
    k += folded[i] ? 0 : 1;
  }
  return place;
}

template <class Number>
Constant reduced(const Reduce& layer, const Constant& operand, const TensorType& result) {
  const std::size_t rank = operand.shape.size();
  std::vector<bool> folded(rank, layer.axes.empty());
  for (const std::int64_t axis : layer.axes) {
    folded[axis_index(axis, rank)] = true;
  }
  Sizes kept;
  for (std::size_t i = 0; i < rank; ++i) {
    if (!folded[i]) {
      kept.push_back(operand.shape[i]);
    }
  }
  const Sizes strides = strides_of(kept);
  const auto numbers = numbers_of<Number>(operand);
  std::vector<Number> totals(static_cast<std::size_t>(element_count(kept)),
                             static_cast<Number>(layer.kind == Reduce::Kind::Prod ? 1 : 0));
  std::vector<bool> begun(totals.size(), layer.kind == Reduce::Kind::Prod);
  IndexWalk walk(operand.shape);
  for (const Number number : numbers) {
    const auto place = static_cast<std::size_t>(folded_place(walk.index(), folded, strides));
    totals[place] = begun[place] ? apply(step_of(layer.kind), totals[place], number) : number;
    begun[place] = true;
    walk.next();
  }
  if (layer.kind == Reduce::Kind::Mean && !totals.empty()) {
    for (Number& total : totals) {
      total /= static_cast<Number>(std::max<std::size_t>(numbers.size() / totals.size(), 1));
    }
  }
  return constant_of(result.format, result.shape, std::span<const Number>(totals));
}

}  // namespace

Constant fold_elementwise(Elementwise::Kind kind, ConstantOperands operands, const TensorType& result) {
  const bool where = kind == Kind::Where;
  const bool whole = std::all_of(operands.begin() + (where ? 1 : 0), operands.end(),
                                 [](const Constant* operand) { return is_whole(operand->format); });
  if (where) {
    return whole ? chosen<std::int64_t>(operands, result) : chosen<double>(operands, result);
  }
  return whole ? elementwise<std::int64_t>(kind, operands, result) : elementwise<double>(kind, operands, result);
}

bool can_fold(Activation::Kind kind) {
  using Function = Activation::Kind;
  static constexpr std::array foldable{Function::Identity, Function::Abs,        Function::Neg,  Function::Exp,
                                       Function::Log,      Function::Sqrt,       Function::Sign, Function::Floor,
                                       Function::Ceil,     Function::Reciprocal, Function::Relu, Function::Round,
                                       Function::Not};
  return std::find(foldable.begin(), foldable.end(), kind) != foldable.end();
}

Constant fold_activation(Activation::Kind kind, const Constant& operand, const TensorType& result) {
  return is_whole(operand.format) ? map_activation<std::int64_t>(kind, operand, result)
                                  : map_activation<double>(kind, operand, result);
}

Constant fold_cast(const Constant& operand, const TensorType& result) {
  if (is_whole(operand.format)) {
    return constant_of(result.format, result.shape, std::span<const std::int64_t>(whole_numbers(operand)));
  }
  return constant_of(result.format, result.shape, std::span<const double>(real_numbers(operand)));
}

bool can_fold(Reduce::Kind kind) {
  return kind == Reduce::Kind::Sum || kind == Reduce::Kind::Mean || kind == Reduce::Kind::Max ||
         kind == Reduce::Kind::Min || kind == Reduce::Kind::Prod;
}

Constant fold_reduce(const Reduce& layer, const Constant& operand, const TensorType& result) {
  return is_whole(operand.format) ? reduced<std::int64_t>(layer, operand, result)
                                  : reduced<double>(layer, operand, result);
}

}  // namespace pj
