#include "pj/execution/numbers.hpp"

#include <algorithm>
#include <cstring>

namespace pj {

namespace {

using Kind = NumberFormat::Kind;

/// True where elements of the format are kept as a `Number` is in memory.
template <class Number>
bool is_native(const NumberFormat& format) {
  if constexpr (std::is_floating_point_v<Number>) {
    return format == (sizeof(Number) == 4 ? NumberFormat::float32() : NumberFormat::floating(64, 11));
  } else {
    return format.kind == Kind::Fixed && format.bits == 64 && format.is_signed == std::is_signed_v<Number>;
  }
}

/// Elements that are kept as `Kept`, each as a `Number`.
template <class Kept, class Number>
std::vector<Number> widened(const Constant& tensor) {
  std::vector<Number> numbers(tensor.bytes.size() / sizeof(Kept));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Kept kept{};
    std::memcpy(&kept, tensor.bytes.data() + i * sizeof(Kept), sizeof(Kept));
    numbers[i] = static_cast<Number>(kept);
  }
  return numbers;
}

template <class Signed, class Unsigned, class Number>
std::vector<Number> widened(const Constant& tensor) {
  return tensor.format.is_signed ? widened<Signed, Number>(tensor) : widened<Unsigned, Number>(tensor);
}

template <class Number>
std::vector<Number> whole_as(const Constant& tensor) {
  switch (stored_bytes(tensor.format)) {
    case 1:
      return widened<std::int8_t, std::uint8_t, Number>(tensor);
    case 2:
      return widened<std::int16_t, std::uint16_t, Number>(tensor);
    case 4:
      return widened<std::int32_t, std::uint32_t, Number>(tensor);
    default:
      return widened<std::int64_t, std::uint64_t, Number>(tensor);
  }
}

template <class Number>
std::vector<Number> real_as(const Constant& tensor) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (is_native<float>(tensor.format)) {
      return widened<float, Number>(tensor);
    }
    const std::vector<double> reals = real_numbers(tensor);
    return {reals.begin(), reals.end()};
  } else {
    const std::vector<std::int64_t> whole = whole_numbers(tensor);
    return {whole.begin(), whole.end()};
  }
}

/// Whole numbers wrapped around to `Kept`.
template <class Kept, class Number>
Constant narrowed(const TensorType& type, const std::vector<Number>& numbers) {
  Constant tensor{type.format, type.shape, std::vector<std::byte>(numbers.size() * sizeof(Kept))};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto kept = static_cast<Kept>(numbers[i]);
    std::memcpy(tensor.bytes.data() + i * sizeof(Kept), &kept, sizeof(Kept));
  }
  return tensor;
}

template <class Number>
Constant converted(const TensorType& type, const std::vector<Number>& numbers) {
  const bool is_float32 = is_native<float>(type.format);
  if (is_float32) {
    return narrowed<float>(type, numbers);
  }
  if constexpr (std::is_floating_point_v<Number>) {
    const std::vector<double> reals(numbers.begin(), numbers.end());
    return constant_of(type.format, type.shape, std::span(reals));
  } else if (type.format.kind == Kind::Float) {
    const std::vector<double> reals(numbers.begin(), numbers.end());
    return constant_of(type.format, type.shape, std::span(reals));
  } else if (type.format == NumberFormat::fixed(8) || type.format == NumberFormat::fixed(8, false)) {
    return narrowed<std::uint8_t>(type, numbers);
  } else {
    const std::vector<std::int64_t> whole(numbers.begin(), numbers.end());
    return constant_of(type.format, type.shape, std::span(whole));
  }
}

}  // namespace

bool is_computable(const NumberFormat& format) {
  const bool is_small = format.bits <= 16 && format.exponent <= 8 && format.bits > format.exponent;
  const bool is_ieee = is_native<float>(format) || is_native<double>(format);
  return format.kind == Kind::Float ? format.is_signed && (is_small || is_ieee) : is_whole(format);
}

template <class Number>
std::vector<Number> numbers_of(const Constant& tensor) {
  if (is_native<Number>(tensor.format)) {
    std::vector<Number> numbers(tensor.bytes.size() / sizeof(Number));
    if (!numbers.empty()) {
      std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
    }
    return numbers;
  }
  return tensor.format.kind == Kind::Float ? real_as<Number>(tensor) : whole_as<Number>(tensor);
}

template <class Number>
Constant tensor_of(const TensorType& type, const std::vector<Number>& numbers) {
  ensure(std::cmp_equal(element_count(type.shape), numbers.size()), "a result has as many elements as its shape");
  if (!is_native<Number>(type.format)) {
    return converted(type, numbers);
  }
  Constant tensor{type.format, type.shape, std::vector<std::byte>(numbers.size() * sizeof(Number))};
  if (!numbers.empty()) {
    std::memcpy(tensor.bytes.data(), numbers.data(), tensor.bytes.size());
  }
  return tensor;
}

template std::vector<float> numbers_of(const Constant& tensor);
template std::vector<double> numbers_of(const Constant& tensor);
template std::vector<std::int64_t> numbers_of(const Constant& tensor);
template std::vector<std::uint64_t> numbers_of(const Constant& tensor);
template Constant tensor_of(const TensorType& type, const std::vector<float>& numbers);
template Constant tensor_of(const TensorType& type, const std::vector<double>& numbers);
template Constant tensor_of(const TensorType& type, const std::vector<std::int64_t>& numbers);
template Constant tensor_of(const TensorType& type, const std::vector<std::uint64_t>& numbers);

}  // namespace pj
