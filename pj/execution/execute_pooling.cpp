#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/base/arithmetic.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/rules.hpp"
#include "pj/execution/window.hpp"

namespace pj {

namespace {

struct Window {
  Axes3 input, output, kernel, stride, dilation, pad, padded;
};

/// An empty kernel is the whole map.
Window window_of(const Pooling& layer, const Arguments& given) {
  Window w{.input = three_axes(given.shape(0), 2, 1), .output = three_axes(given.result().shape, 2, 1)};
  const bool is_global = layer.kernel.empty();
  w.kernel = is_global ? w.input : three_axes(layer.kernel, 0, 1);
  w.stride = is_global ? w.input : three_axes(layer.stride, 0, 1);
  w.dilation = is_global ? Axes3{1, 1, 1} : three_axes(layer.dilation, 0, 1);
  w.pad = is_global ? Axes3{0, 0, 0} : three_axes(layer.pad_begin, 0, 0);
  const Axes3 behind = is_global ? Axes3{0, 0, 0} : three_axes(layer.pad_end, 0, 0);
  for (std::size_t i = 0; i < w.padded.size(); ++i) {
    w.padded[i] = w.input[i] + behind[i];  // where the padding behind the map ends
  }
  return w;
}

/// The elements of a window along one axis: those in the map, and how many lie in the map or its padding.
struct Span {
  Sizes indices;
  std::int64_t padded = 0;
};

Span span_of(const Window& w, std::size_t axis, std::int64_t position) {
  const std::int64_t start = position * w.stride[axis] - w.pad[axis];
  const IndexRange seen = inside(w.kernel[axis], w.dilation[axis], start, w.input[axis]);
  Span span;
  for (std::int64_t k = seen.begin; k < seen.end; ++k) {
    span.indices.push_back(start + k * w.dilation[axis]);
  }
  // Rounding up may add windows that end behind the padding.
  span.padded = std::min(w.kernel[axis], ceil_div(w.padded[axis] - start, w.dilation[axis]));
  return span;
}

/// What a window has gathered so far.
template <class Number>
struct Gathered {
  double sum = 0.0;
  Number largest = std::numeric_limits<Number>::lowest();
  std::int64_t where = -1;
  std::int64_t seen = 0;
};

template <class Number>
void take(const Pooling& layer, Number x, std::int64_t place, Gathered<Number>& gathered) {
  ++gathered.seen;
  if (layer.kind == Pooling::Kind::Max) {
    if (gathered.where < 0 || x > gathered.largest || x != x) {
      gathered.largest = x;
      gathered.where = place;
    }
  } else if (layer.kind == Pooling::Kind::Average) {
    gathered.sum += static_cast<double>(x);
  } else {
    gathered.sum += std::pow(std::abs(static_cast<double>(x)), static_cast<double>(layer.p));
  }
}

template <class Number>
Number finished(const Pooling& layer, const Gathered<Number>& gathered, std::int64_t padded) {
  switch (layer.kind) {
    case Pooling::Kind::Max:
      return gathered.largest;
    case Pooling::Kind::Average:
      if (gathered.seen == 0) {
        return Number{0};  // a dilated window may see padding only
      }
      return static_cast<Number>(gathered.sum / static_cast<double>(layer.count_padding ? padded : gathered.seen));
    default:
      return static_cast<Number>(std::pow(gathered.sum, 1.0 / static_cast<double>(layer.p)));
  }
}

/// Where the maximum lies in its image's map, for the second result; column-major counts columns first.
std::int64_t index_of(const Pooling& layer, const Window& w, std::int64_t place) {
  if (!layer.column_major) {
    return place;
  }
  const std::int64_t column = place % w.input[2];
  const std::int64_t row = place / w.input[2] % w.input[1];
  const std::int64_t depth = place / w.input[2] / w.input[1];
  return (column * w.input[1] + row) * w.input[0] + depth;
}

/// The spans of every position along an axis.
std::vector<Span> spans_of(const Window& w, std::size_t axis) {
  std::vector<Span> spans;
  for (std::int64_t p = 0; p < w.output[axis]; ++p) {
    spans.push_back(span_of(w, axis, p));
  }
  return spans;
}

/// Output number p (in row-major order) of one map.
template <class Number>
std::pair<Number, std::int64_t> pooled(const Pooling& layer, const Window& w, const std::array<const Span*, 3>& spans,
                                       const Number* map) {
  Gathered<Number> gathered;
  for (const std::int64_t d : spans[0]->indices) {
    for (const std::int64_t h : spans[1]->indices) {
      for (const std::int64_t x : spans[2]->indices) {
        const std::int64_t place = (d * w.input[1] + h) * w.input[2] + x;
        take(layer, map[place], place, gathered);
      }
    }
  }
  const std::int64_t padded = spans[0]->padded * spans[1]->padded * spans[2]->padded;
  return {finished(layer, gathered, padded), index_of(layer, w, gathered.where)};
}

template <class Number>
Tensors pooled(const Pooling& layer, const Arguments& given) {
  const Window w = window_of(layer, given);
  const std::array<std::vector<Span>, 3> spans{spans_of(w, 0), spans_of(w, 1), spans_of(w, 2)};
  const auto input = numbers_of<Number>(given[0]);
  const std::int64_t maps = given.shape(0)[0] * given.shape(0)[1];
  std::vector<Number> results;
  std::vector<std::int64_t> places;
  for (std::int64_t map = 0; map < maps; ++map) {
    for (std::int64_t p = 0; p < volume(w.output); ++p) {
      const std::array<std::int64_t, 3> at{p / w.output[2] / w.output[1], p / w.output[2] % w.output[1],
                                           p % w.output[2]};
      const auto span = [&](std::size_t axis) { return &spans[axis][static_cast<std::size_t>(at[axis])]; };
      const auto [value, place] = pooled(layer, w, {span(0), span(1), span(2)}, input.data() + map * volume(w.input));
      results.push_back(value);
      places.push_back(map * volume(w.input) + place);
    }
  }
  Tensors tensors{tensor_of(given.result(), results)};
  if (layer.with_indices) {
    tensors.push_back(tensor_of(given.results[1], places));
  }
  return tensors;
}

}  // namespace

Tensors compute(const Pooling& layer, const Arguments& given) {
  return in_number_type(given[0].format, [&](auto zero) { return pooled<decltype(zero)>(layer, given); });
}

}  // namespace pj
