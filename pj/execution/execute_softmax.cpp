#include <algorithm>
#include <cmath>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

/// Rows of `size` elements that lie `along` apart.
struct Rows {
  std::size_t size, along;
};

Rows rows_of(const Softmax& layer, const Sizes& shape) {
  const std::size_t axis = axis_index(layer.axis, shape.size());
  const auto behind = static_cast<std::size_t>(strides_of(shape)[axis]);
  const auto size = static_cast<std::size_t>(shape[axis]);
  return layer.flatten ? Rows{size * behind, 1} : Rows{size, behind};
}

/// exp(x − max) / Σ exp(x − max), which no large x makes overflow.
template <class Real>
void normalize(std::vector<Real>& numbers, std::size_t first, const Rows& rows, bool logarithm) {
  Real largest = numbers[first];
  for (std::size_t i = 0; i < rows.size; ++i) {
    largest = std::max(largest, numbers[first + i * rows.along]);
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size; ++i) {
    sum += std::exp(static_cast<double>(numbers[first + i * rows.along]) - static_cast<double>(largest));
  }
  for (std::size_t i = 0; i < rows.size; ++i) {
    Real& x = numbers[first + i * rows.along];
    const double shifted = static_cast<double>(x) - static_cast<double>(largest);
    x = static_cast<Real>(logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum);
  }
}

}  // namespace

Tensors compute(const Softmax& layer, const Arguments& given) {
  return in_real_type(given[0].format, [&](auto zero) -> Tensors {
    auto numbers = numbers_of<decltype(zero)>(given[0]);
    const Rows rows = rows_of(layer, given.shape(0));
    for (std::size_t row = 0; rows.size > 0 && row < numbers.size() / rows.size; ++row) {
      const std::size_t first = row / rows.along * rows.along * rows.size + row % rows.along;
      normalize(numbers, first, rows, layer.logarithm);
    }
    return {tensor_of(given.result(), numbers)};
  });
}

/// x / (bias + α/size · Σ x²)^β: the channels from ⌊(size − 1) / 2⌋ before to ⌈(size − 1) / 2⌉ behind (ONNX LRN).
Tensors compute(const LocalResponseNormalization& layer, const Arguments& given) {
  return in_real_type(given[0].format, [&](auto zero) -> Tensors {
    using Real = decltype(zero);
    const auto numbers = numbers_of<Real>(given[0]);
    const std::int64_t channels = given.shape(0)[1];
    const std::int64_t area = strides_of(given.shape(0))[1];
    std::vector<Real> results(numbers.size());
    for (std::int64_t i = 0; i < std::ssize(numbers); ++i) {
      const std::int64_t c = i / area % channels;
      const std::int64_t last = std::min(channels - 1, c + layer.size / 2);
      double sum = 0.0;
      for (std::int64_t near = std::max<std::int64_t>(0, c - (layer.size - 1) / 2); near <= last; ++near) {
        const auto x = static_cast<double>(numbers[static_cast<std::size_t>(i + (near - c) * area)]);
        sum += x * x;
      }
      const double base =
          static_cast<double>(layer.bias) + static_cast<double>(layer.alpha) / static_cast<double>(layer.size) * sum;
      results[static_cast<std::size_t>(i)] = static_cast<Real>(
          static_cast<double>(numbers[static_cast<std::size_t>(i)]) / std::pow(base, static_cast<double>(layer.beta)));
    }
    return {tensor_of(given.result(), results)};
  });
}

}  // namespace pj
