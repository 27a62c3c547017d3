#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/execution/activation.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

template <class Real>
Real sigmoid(Real x) {
  return Real{1} / (Real{1} + std::exp(-x));
}

/// log(1 + eˣ) without overflow.
template <class Real>
Real softplus(Real x) {
  return std::max(x, Real{0}) + std::log1p(std::exp(-std::abs(x)));
}

template <class Real>
Real trigonometric(Activation::Kind kind, Real x) {
  switch (kind) {
    case Activation::Kind::Sin:
      return std::sin(x);
    case Activation::Kind::Cos:
      return std::cos(x);
    case Activation::Kind::Tan:
      return std::tan(x);
    case Activation::Kind::Asin:
      return std::asin(x);
    case Activation::Kind::Acos:
      return std::acos(x);
    case Activation::Kind::Atan:
      return std::atan(x);
    case Activation::Kind::Sinh:
      return std::sinh(x);
    case Activation::Kind::Cosh:
      return std::cosh(x);
    case Activation::Kind::Asinh:
      return std::asinh(x);
    case Activation::Kind::Acosh:
      return std::acosh(x);
    default:
      return std::atanh(x);
  }
}

/// Functions without a parameter that belong to no other family.
template <class Real>
Real elementary(Activation::Kind kind, Real x) {
  switch (kind) {
    case Activation::Kind::Abs:
      return std::abs(x);
    case Activation::Kind::Neg:
      return -x;
    case Activation::Kind::Exp:
      return std::exp(x);
    case Activation::Kind::Log:
      return std::log(x);
    case Activation::Kind::Sqrt:
      return std::sqrt(x);
    case Activation::Kind::Reciprocal:
      return Real{1} / x;
    case Activation::Kind::Erf:
      return std::erf(x);
    case Activation::Kind::Sign:
      return x > Real{0} ? Real{1} : x < Real{0} ? Real{-1} : x;
    case Activation::Kind::Floor:
      return std::floor(x);
    case Activation::Kind::Ceil:
      return std::ceil(x);
    case Activation::Kind::Round:
      return std::nearbyint(x);  // half to even, the default mode
    case Activation::Kind::Step:
      return x > Real{0} ? Real{1} : Real{0};
    default:
      return trigonometric(kind, x);
  }
}

/// Functions of neural networks, as ONNX defines them.
template <class Real>
Real neural(Activation::Kind kind, Real x) {
  switch (kind) {
    case Activation::Kind::Sigmoid:
      return sigmoid(x);
    case Activation::Kind::Tanh:
      return std::tanh(x);
    case Activation::Kind::HardSwish:
      return x * std::clamp(x / Real{6} + Real{0.5}, Real{0}, Real{1});
    case Activation::Kind::Swish:
      return x * sigmoid(x);
    case Activation::Kind::Mish:
      return x * std::tanh(softplus(x));
    case Activation::Kind::Softplus:
      return softplus(x);
    case Activation::Kind::Softsign:
      return x / (Real{1} + std::abs(x));
    case Activation::Kind::Gelu:
      return Real{0.5} * x * (Real{1} + std::erf(x / std::sqrt(Real{2})));
    case Activation::Kind::GeluTanh: {  // Hendrycks & Gimpel 2016, Section 2
      const Real inner = static_cast<Real>(0.7978845608028654) * (x + static_cast<Real>(0.044715) * x * x * x);
      return Real{0.5} * x * (Real{1} + std::tanh(inner));
    }
    default:
      return elementary(kind, x);
  }
}

/// The function of one real number; those with parameters stand here.
template <class Real>
Real function(const Activation& layer, Real x) {
  const auto alpha = static_cast<Real>(layer.alpha);
  const auto beta = static_cast<Real>(layer.beta);
  switch (layer.kind) {
    case Activation::Kind::Relu:
      return x < Real{0} ? Real{0} : x;
    case Activation::Kind::LeakyRelu:
      return x < Real{0} ? alpha * x : x;
    case Activation::Kind::Elu:
      return x < Real{0} ? alpha * std::expm1(x) : x;
    case Activation::Kind::Selu:
      return beta * (x < Real{0} ? alpha * std::expm1(x) : x);
    case Activation::Kind::Celu:
      return std::max(x, Real{0}) + std::min(Real{0}, alpha * std::expm1(x / alpha));
    case Activation::Kind::ThresholdedRelu:
      return x > alpha ? x : Real{0};
    case Activation::Kind::HardSigmoid:
      return std::clamp(alpha * x + beta, Real{0}, Real{1});
    case Activation::Kind::Clip:
      return std::min(std::max(x, alpha), beta);
    case Activation::Kind::Shrink:
      return x < -alpha ? x + beta : x > alpha ? x - beta : Real{0};
    default:
      return neural(layer.kind, x);
  }
}

/// A bound of Clip as a whole number, at most the largest of its type.
template <class Whole>
Whole whole_bound(float bound) {
  const auto least = std::numeric_limits<Whole>::min();
  const auto largest = std::numeric_limits<Whole>::max();
  return bound <= static_cast<float>(least)     ? least
         : bound >= static_cast<float>(largest) ? largest
                                                : static_cast<Whole>(bound);
}

template <class Whole>
Whole whole_function(const Activation& layer, Whole x) {
  const Whole zero = 0;
  const auto negated = static_cast<Whole>(0 - static_cast<std::uint64_t>(x));  // two's complement wraps around
  switch (layer.kind) {
    case Activation::Kind::Abs:
      return x < zero ? negated : x;
    case Activation::Kind::Neg:
      return negated;
    case Activation::Kind::Sign:
      return x > zero ? 1 : x < zero ? static_cast<Whole>(-1) : 0;
    case Activation::Kind::Relu:
      return std::max(x, zero);
    case Activation::Kind::Clip:
      return std::min(std::max(x, whole_bound<Whole>(layer.alpha)), whole_bound<Whole>(layer.beta));
    case Activation::Kind::Floor:
    case Activation::Kind::Ceil:
    case Activation::Kind::Round:
      return x;
    default:
      return static_cast<Whole>(function(layer, static_cast<double>(x)));
  }
}

template <class Number>
bool question(const Activation& layer, Number x) {
  if (layer.kind == Activation::Kind::Not) {
    return x == Number{0};
  }
  if constexpr (std::is_floating_point_v<Number>) {
    const bool asked = (x < 0 ? layer.alpha : layer.beta) != 0.0F;
    return layer.kind == Activation::Kind::IsNan ? std::isnan(x) : std::isinf(x) && asked;
  }
  return false;
}

bool is_question(Activation::Kind kind) {
  return kind == Activation::Kind::Not || kind == Activation::Kind::IsNan || kind == Activation::Kind::IsInf;
}

template <class Number>
void apply(const Activation& layer, std::vector<Number>& numbers) {
  for (Number& number : numbers) {
    if constexpr (std::is_floating_point_v<Number>) {
      number = function(layer, number);
    } else {
      number = whole_function(layer, number);
    }
  }
}

template <class Number>
Constant sloped(const Arguments& given) {
  auto numbers = numbers_of<Number>(given[0]);
  const auto slopes = stretched(numbers_of<Number>(given[1]), given.shape(1), given.shape(0));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = numbers[i] < Number{0} ? slopes[i] * numbers[i] : numbers[i];
  }
  return tensor_of(given.result(), numbers);
}

}  // namespace

bool is_real_function(Activation::Kind kind) {
  return kind != Activation::Kind::Identity && kind != Activation::Kind::PRelu && !is_question(kind);
}

float activated(const Activation& layer, float x) {
  return function(layer, x);
}

Tensors compute(const Activation& layer, const Arguments& given) {
  if (layer.kind == Activation::Kind::Identity) {
    return {{given[0].format, given.result().shape, given[0].bytes}};
  }
  return in_number_type(given[0].format, [&](auto zero) -> Tensors {
    using Number = decltype(zero);
    if (layer.kind == Activation::Kind::PRelu) {
      return {sloped<Number>(given)};
    }
    auto numbers = numbers_of<Number>(given[0]);
    if (is_question(layer.kind)) {
      std::vector<std::int64_t> answers;
      for (const Number number : numbers) {
        answers.push_back(question(layer, number) ? 1 : 0);
      }
      return {tensor_of(given.result(), answers)};
    }
    apply(layer, numbers);
    return {tensor_of(given.result(), numbers)};
  });
}

Tensors compute(const Dropout&, const Arguments& given) {
  return {given[0]};
}

}  // namespace pj
