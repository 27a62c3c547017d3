#include <algorithm>
#include <cmath>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

/// The elements of all axes from `first` to before `last`.
std::int64_t count_between(const Sizes& shape, std::size_t first, std::size_t last) {
  return element_count(
      {shape.begin() + static_cast<std::ptrdiff_t>(first), shape.begin() + static_cast<std::ptrdiff_t>(last)});
}

template <class Real>
double mean_of(std::span<const Real> row) {
  double sum = 0.0;
  for (const Real x : row) {
    sum += static_cast<double>(x);
  }
  return sum / static_cast<double>(row.size());
}

template <class Real>
double mean_square(std::span<const Real> row, double mean) {
  double sum = 0.0;
  for (const Real x : row) {
    const double deviation = static_cast<double>(x) - mean;
    sum += deviation * deviation;
  }
  return sum / static_cast<double>(row.size());
}

/// (x − mean) / √(variance + ε), or x / √(mean of squares + ε) for Rms.
template <class Real>
void normalize(std::span<Real> row, const Normalization& layer) {
  const double mean = layer.kind == Normalization::Kind::Rms ? 0.0 : mean_of<Real>(row);
  const double variance = mean_square<Real>(row, mean);
  const double scale = 1.0 / std::sqrt(variance + static_cast<double>(layer.epsilon));
  for (Real& x : row) {
    x = static_cast<Real>((static_cast<double>(x) - mean) * scale);
  }
}

/// Scale and bias that stretch over each normalised row (Layer, Rms).
template <class Real>
void scale_rows(const Arguments& given, const Sizes& normalized, std::vector<Real>& numbers) {
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (!given.has(i)) {
      continue;
    }
    const auto factors = stretched(numbers_of<Real>(given[i]), given.shape(i), normalized);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const Real factor = factors[k % factors.size()];
      numbers[k] = i == 1 ? numbers[k] * factor : numbers[k] + factor;
    }
  }
}

/// Scale and bias for each channel, or for each group of channels.
template <class Real>
void scale_channels(const Arguments& given, std::int64_t channels, std::int64_t area, std::vector<Real>& numbers) {
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (!given.has(i)) {
      continue;
    }
    const auto factors = numbers_of<Real>(given[i]);
    const std::int64_t shared = channels / std::max<std::int64_t>(std::ssize(factors), 1);
    for (std::int64_t k = 0; k < std::ssize(numbers); ++k) {
      const auto factor = factors[static_cast<std::size_t>(k / area % channels / shared)];
      auto& number = numbers[static_cast<std::size_t>(k)];
      number = i == 1 ? number * factor : number + factor;
    }
  }
}

template <class Real>
void normalize_rows(std::vector<Real>& numbers, std::int64_t length, const Normalization& layer) {
  const auto size = static_cast<std::size_t>(length);
  for (std::size_t begin = 0; size > 0 && begin + size <= numbers.size(); begin += size) {
    normalize(std::span(numbers).subspan(begin, size), layer);
  }
}

template <class Real>
Constant by_row(const Normalization& layer, const Arguments& given) {
  const Sizes& shape = given.shape(0);
  const std::size_t axis = axis_index(layer.axis, shape.size());
  auto numbers = numbers_of<Real>(given[0]);
  normalize_rows(numbers, count_between(shape, axis, shape.size()), layer);
  scale_rows(given, {shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end()}, numbers);
  return tensor_of(given.result(), numbers);
}

template <class Real>
Constant by_group(const Normalization& layer, const Arguments& given) {
  const Sizes& shape = given.shape(0);
  const std::int64_t area = count_between(shape, 2, shape.size());
  const std::int64_t groups =
      layer.kind == Normalization::Kind::Instance ? std::max<std::int64_t>(shape[1], 1) : layer.groups;
  auto numbers = numbers_of<Real>(given[0]);
  normalize_rows(numbers, shape[1] / groups * area, layer);
  if (!numbers.empty()) {
    scale_channels(given, shape[1], area, numbers);
  }
  return tensor_of(given.result(), numbers);
}

/// x / ‖x‖ along one axis; rows of zeros stay zeros.
template <class Real>
Constant by_norm(const Normalization& layer, const Arguments& given) {
  const Sizes& shape = given.shape(0);
  const std::size_t axis = axis_index(layer.axis, shape.size());
  const auto along = static_cast<std::size_t>(strides_of(shape)[axis]);
  const auto size = static_cast<std::size_t>(shape[axis]);
  auto numbers = numbers_of<Real>(given[0]);
  for (std::size_t row = 0; size > 0 && row < numbers.size() / size; ++row) {
    const std::size_t first = row / along * along * size + row % along;
    double norm = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
      const auto x = static_cast<double>(numbers[first + i * along]);
      norm += layer.kind == Normalization::Kind::L1 ? std::abs(x) : x * x;
    }
    norm = layer.kind == Normalization::Kind::L1 ? norm : std::sqrt(norm);
    for (std::size_t i = 0; norm > 0.0 && i < size; ++i) {
      Real& x = numbers[first + i * along];
      x = static_cast<Real>(static_cast<double>(x) / norm);
    }
  }
  return tensor_of(given.result(), numbers);
}

/// (x − mean) / (deviation + ε), both over the named axes (ONNX MeanVarianceNormalization: the function's body).
template <class Real>
Constant by_axes(const Normalization& layer, const Arguments& given) {
  const Sizes& shape = given.shape(0);
  Sizes kept = shape;
  for (const std::int64_t axis : layer.axes) {
    kept[axis_index(axis, shape.size())] = 1;
  }
  auto numbers = numbers_of<Real>(given[0]);
  const auto cells = static_cast<std::size_t>(element_count(kept));
  std::vector<double> sum(cells, 0.0);
  std::vector<double> squares(cells, 0.0);
  const Sizes strides = stretched_strides(kept, shape);
  const double count = cells == 0 ? 1.0 : static_cast<double>(numbers.size()) / static_cast<double>(cells);
  const auto each = [&](auto visit) {
    for_each_place(shape, strides, 0, [&](std::int64_t i, std::int64_t place) {
      visit(numbers[static_cast<std::size_t>(i)], static_cast<std::size_t>(place));
    });
  };
  each([&](Real& x, std::size_t cell) { sum[cell] += static_cast<double>(x) / count; });
  each([&](Real& x, std::size_t cell) {
    const double deviation = static_cast<double>(x) - sum[cell];
    squares[cell] += deviation * deviation / count;
  });
  each([&](Real& x, std::size_t cell) {
    const double deviation = std::sqrt(squares[cell]) + static_cast<double>(layer.epsilon);
    x = static_cast<Real>((static_cast<double>(x) - sum[cell]) / deviation);
  });
  return tensor_of(given.result(), numbers);
}

template <class Real>
Constant normalized(const Normalization& layer, const Arguments& given) {
  switch (layer.kind) {
    case Normalization::Kind::Layer:
    case Normalization::Kind::Rms:
      return by_row<Real>(layer, given);
    case Normalization::Kind::Group:
    case Normalization::Kind::Instance:
      return by_group<Real>(layer, given);
    case Normalization::Kind::L1:
    case Normalization::Kind::L2:
      return by_norm<Real>(layer, given);
    default:
      return by_axes<Real>(layer, given);
  }
}

}  // namespace

Tensors compute(const Normalization& layer, const Arguments& given) {
  return in_real_type(given[0].format,
                      [&](auto zero) -> Tensors { return {normalized<decltype(zero)>(layer, given)}; });
}

Tensors compute(const BatchNormalization& layer, const Arguments& given) {
  return in_real_type(given[0].format, [&](auto zero) -> Tensors {
    using Real = decltype(zero);
    auto numbers = numbers_of<Real>(given[0]);
    const auto gamma = numbers_of<double>(given[1]);
    const auto beta = numbers_of<double>(given[2]);
    const auto mean = numbers_of<double>(given[3]);
    const auto variance = numbers_of<double>(given[4]);
    const auto area = static_cast<std::size_t>(count_between(given.shape(0), 2, given.shape(0).size()));
    for (std::size_t row = 0; area > 0 && row < numbers.size() / area; ++row) {
      const std::size_t c = row % gamma.size();
      const double scale = gamma[c] / std::sqrt(variance[c] + static_cast<double>(layer.epsilon));
      for (std::size_t i = row * area; i < (row + 1) * area; ++i) {
        numbers[i] = static_cast<Real>((static_cast<double>(numbers[i]) - mean[c]) * scale + beta[c]);
      }
    }
    return {tensor_of(given.result(), numbers)};
  });
}

}  // namespace pj
