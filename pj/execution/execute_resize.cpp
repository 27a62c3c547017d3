#include <algorithm>
#include <cmath>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

/// How an axis is resampled: the numbers that the coordinates follow from.
struct Axis {
  double input, output, scale;  ///< `output` is input · scale, which need not be whole
  double begin = 0.0, end = 1.0;
};

constexpr double farthest = 0x1p50;  // of a coordinate that is a place of a memory

/// One element of the input with its share in an element of the output.
struct Tap {
  std::int64_t index;
  double weight;
};

/// The taps of one element; without any it is the extrapolated value.
using Taps = std::vector<Tap>;

/// Where element x of the output lies among those of the input (ONNX Resize: coordinate_transformation_mode).
double coordinate(const Resize& layer, const Axis& axis, double x) {
  const std::string& mode = layer.coordinates;
  if (mode == "align_corners") {
    return axis.output == 1.0 ? 0.0 : x * (axis.input - 1.0) / (axis.output - 1.0);
  }
  if (mode == "asymmetric") {
    return x / axis.scale;
  }
  if (mode == "tf_half_pixel_for_nn") {
    return (x + 0.5) / axis.scale;
  }
  if (mode == "tf_crop_and_resize") {
    return axis.output > 1.0 ? axis.begin * (axis.input - 1.0) +
                                   x * (axis.end - axis.begin) * (axis.input - 1.0) / (axis.output - 1.0)
                             : 0.5 * (axis.begin + axis.end) * (axis.input - 1.0);
  }
  const double half_pixel = (x + 0.5) / axis.scale - 0.5;
  if (mode == "pytorch_half_pixel") {
    return axis.output > 1.0 ? half_pixel : 0.0;
  }
  if (mode == "half_pixel_symmetric") {
    const double adjustment = std::floor(axis.output) / axis.output;
    return axis.input / 2.0 * (1.0 - adjustment) + half_pixel;
  }
  return half_pixel;
}

std::int64_t nearest(const std::string& mode, double x) {
  if (mode == "floor") {
    return static_cast<std::int64_t>(std::floor(x));
  }
  if (mode == "ceil") {
    return static_cast<std::int64_t>(std::ceil(x));
  }
  return static_cast<std::int64_t>(mode == "round_prefer_ceil" ? std::floor(x + 0.5) : std::ceil(x - 0.5));
}

/// The kernel at distance d: a triangle, or the cubic of Keys 1981 with parameter a.
double kernel(const Resize& layer, double d) {
  const double x = std::abs(d);
  if (layer.mode == Resize::Mode::Linear) {
    return std::max(0.0, 1.0 - x);
  }
  const auto a = static_cast<double>(layer.cubic_coefficient);
  if (x <= 1.0) {
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  }
  return x < 2.0 ? ((x - 5.0) * x + 8.0) * x * a - 4.0 * a : 0.0;
}

/// The taps around x, normalised; with antialiasing the kernel is as wide as the output's pixels.
Taps weighted(const Resize& layer, const Axis& axis, double x) {
  const double shrink = layer.antialias ? std::min(axis.scale, 1.0) : 1.0;
  const double reach = (layer.mode == Resize::Mode::Linear ? 1.0 : 2.0) / shrink;
  const auto first = static_cast<std::int64_t>(std::floor(x - reach)) + 1;
  const auto last = static_cast<std::int64_t>(std::ceil(x + reach)) - 1;
  const auto size = static_cast<std::int64_t>(axis.input);
  Taps taps;
  double sum = 0.0;
  for (std::int64_t i = first; i <= last; ++i) {
    const double weight = kernel(layer, (static_cast<double>(i) - x) * shrink);
    if (layer.exclude_outside && (i < 0 || i >= size)) {
      continue;
    }
    taps.push_back({std::clamp<std::int64_t>(i, 0, size - 1), weight});
    sum += weight;
  }
  for (Tap& tap : taps) {
    tap.weight /= sum;
  }
  return taps;
}

std::vector<Taps> taps_of(const Resize& layer, const Axis& axis, std::int64_t outputs) {
  std::vector<Taps> taps;
  for (std::int64_t i = 0; i < outputs; ++i) {
    const double x = coordinate(layer, axis, static_cast<double>(i));
    if (!(std::abs(x) < farthest)) {
      throw InputError("element " + std::to_string(i) + " of its result lies at " + std::to_string(x) +
                       " of the input; use scales and a region that lead to places near it");
    }
    const bool is_outside = layer.coordinates == "tf_crop_and_resize" && (x < 0.0 || x > axis.input - 1.0);
    if (is_outside) {
      taps.emplace_back();
    } else if (layer.mode == Resize::Mode::Nearest) {
      const auto last = static_cast<std::int64_t>(axis.input) - 1;
      taps.push_back({{std::clamp<std::int64_t>(nearest(layer.nearest, x), 0, last), 1.0}});
    } else {
      taps.push_back(weighted(layer, axis, x));
    }
  }
  return taps;
}

/// Resamples one axis of `numbers`, whose shape changes along it.
std::vector<double> resampled(const std::vector<double>& numbers, Sizes& shape, std::size_t axis,
                              const std::vector<Taps>& taps, double outside) {
  const std::int64_t inner = strides_of(shape)[axis];
  const std::int64_t size = shape[axis];
  shape[axis] = std::ssize(taps);
  std::vector<double> results(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t i = 0; i < std::ssize(results); ++i) {
    const Taps& shares = taps[static_cast<std::size_t>(i / inner % shape[axis])];
    const std::int64_t first = i / inner / shape[axis] * size * inner + i % inner;
    double sum = shares.empty() ? outside : 0.0;
    for (const Tap& tap : shares) {
      sum += tap.weight * numbers[static_cast<std::size_t>(first + tap.index * inner)];
    }
    results[static_cast<std::size_t>(i)] = sum;
  }
  return results;
}

Axis axis_of(const Resize& layer, std::int64_t input, std::size_t i) {
  Axis axis{.input = static_cast<double>(input), .output = static_cast<double>(layer.sizes[i])};
  const bool has_scale = !layer.scales.empty() && layer.coordinates != "tf_crop_and_resize";
  axis.scale = has_scale ? static_cast<double>(layer.scales[i]) : axis.output / axis.input;
  axis.output = has_scale ? axis.input * axis.scale : axis.output;
  if (!layer.roi.empty()) {
    axis.begin = static_cast<double>(layer.roi[i]);
    axis.end = static_cast<double>(layer.roi[i + layer.sizes.size()]);
  }
  return axis;
}

}  // namespace

Tensors compute(const Resize& layer, const Arguments& given) {
  auto numbers = numbers_of<double>(given[0]);
  Sizes shape = given.shape(0);
  const bool is_empty = numbers.empty();
  if (is_empty && element_count(layer.sizes) > 0) {
    throw InputError("it resizes " + shape_text(shape) + ", which has no elements; use an input that has some");
  }
  for (std::size_t i = 0; i < shape.size() && !is_empty; ++i) {
    const Axis axis = axis_of(layer, shape[i], i);
    const bool is_whole_axis = layer.roi.empty() || (axis.begin == 0.0 && axis.end == 1.0);
    if (shape[i] != layer.sizes[i] || !is_whole_axis || axis.scale != 1.0) {
      numbers =
          resampled(numbers, shape, i, taps_of(layer, axis, layer.sizes[i]), static_cast<double>(layer.extrapolation));
    }
  }
  return {tensor_of(given.result(), numbers)};
}

}  // namespace pj
