#include <algorithm>

#include "pj/execution/numbers.hpp"
#include "pj/execution/rules.hpp"
#include "pj/execution/window.hpp"

namespace pj {

namespace {

/// What sums are kept in: float64 for reals, whole numbers modulo 2^64.
template <class Number>
using Total = std::conditional_t<std::is_floating_point_v<Number>, double, std::uint64_t>;

/// The sizes of a convolution on three spatial axes. For a transposed one the roles of the maps are exchanged: it is
/// the adjoint of the convolution from its output to its input.
struct Shape {
  std::int64_t N, C, M, groups;
  Axes3 input, output, kernel, stride, dilation, pad;

  std::int64_t group_inputs() const { return C / groups; }
  std::int64_t group_outputs() const { return M / groups; }
};

Shape shape_of(const Convolution& conv, const Arguments& given) {
  const Sizes& result = given.result().shape;
  return {.N = result[0],
          .C = given.shape(0)[1],
          .M = result[1],
          .groups = conv.groups,
          .input = three_axes(given.shape(0), 2, 1),
          .output = three_axes(result, 2, 1),
          .kernel = three_axes(given.shape(1), 2, 1),
          .stride = three_axes(conv.stride, 0, 1),
          .dilation = three_axes(conv.dilation, 0, 1),
          .pad = three_axes(conv.pad_begin, 0, 0)};
}

/// The rows of one map that a filter's element connects with rows of another.
struct Plane {
  std::int64_t small = 0, large = 0;              ///< where the first elements lie in their maps
  std::int64_t small_pitch = 0, large_pitch = 0;  ///< from row to row
  std::int64_t rows = 0, count = 0;               ///< and elements in a row
  std::int64_t step = 1;                          ///< from element to element in the large map
};

/// sums[i] += weight · map[i · step], row by row: the innermost loops.
template <class Number, class Sum>
__attribute__((target_clones("avx2", "default"))) void add_plane(const Plane& plane, const Number* map, Sum weight,
                                                                 Sum* sums) {
  for (std::int64_t p = 0; p < plane.rows; ++p) {
    Sum* to = sums + plane.small + p * plane.small_pitch;
    const Number* from = map + plane.large + p * plane.large_pitch;
    for (std::int64_t i = 0; plane.step == 1 && i < plane.count; ++i) {
      to[i] += weight * static_cast<Sum>(from[i]);
    }
    for (std::int64_t i = 0; plane.step != 1 && i < plane.count; ++i) {
      to[i] += weight * static_cast<Sum>(from[i * plane.step]);
    }
  }
}

/// The other way round: sums[i · step] += weight · map[i].
template <class Number, class Sum>
void scatter_plane(const Plane& plane, const Number* map, Sum weight, Sum* sums) {
  for (std::int64_t p = 0; p < plane.rows; ++p) {
    Sum* to = sums + plane.large + p * plane.large_pitch;
    const Number* from = map + plane.small + p * plane.small_pitch;
    for (std::int64_t i = 0; i < plane.count; ++i) {
      to[i * plane.step] += weight * static_cast<Sum>(from[i]);
    }
  }
}

/// Where a filter's element (r) stands in a map: stride · p + offset for position p.
Axes3 offsets(const Shape& s, std::int64_t r) {
  const std::int64_t rows = r / s.kernel[2];
  const Axes3 index{rows / s.kernel[1], rows % s.kernel[1], r % s.kernel[2]};
  Axes3 offset{};
  for (std::size_t i = 0; i < offset.size(); ++i) {
    offset[i] = index[i] * s.dilation[i] - s.pad[i];
  }
  return offset;
}

/// Calls `visit` with the planes of the small map that a filter's element r connects with the large one.
template <class Visit>
void for_each_plane(const Shape& s, const Axes3& small, const Axes3& large, std::int64_t r, Visit visit) {
  const Axes3 offset = offsets(s, r);
  std::array<IndexRange, 3> range{};
  Axes3 place{};  // of the first index of each range in the large map
  for (std::size_t i = 0; i < range.size(); ++i) {
    range[i] = inside(small[i], s.stride[i], offset[i], large[i]);
    place[i] = range[i].begin * s.stride[i] + offset[i];
  }
  Plane plane{.small_pitch = small[2],
              .large_pitch = s.stride[1] * large[2],
              .rows = range[1].end - range[1].begin,
              .count = range[2].end - range[2].begin,
              .step = s.stride[2]};
  for (std::int64_t d = range[0].begin; d < range[0].end; ++d) {
    const std::int64_t depth = place[0] + (d - range[0].begin) * s.stride[0];
    plane.small = (d * small[1] + range[1].begin) * small[2] + range[2].begin;
    plane.large = (depth * large[1] + place[1]) * large[2] + place[2];
    visit(plane);
  }
}

/// The sums of one output map: seven loops, of which the caller has the outer two.
template <class Number>
void add_map(const Convolution& conv, const Shape& s, const Number* input, const Number* weights, std::int64_t m,
             Total<Number>* sums) {
  const std::int64_t group = m / s.group_outputs();
  const std::int64_t taps = volume(s.kernel);
  for (std::int64_t k = 0; k < s.group_inputs(); ++k) {
    const std::int64_t c = group * s.group_inputs() + k;
    const auto& connections = conv.connections;
    const bool sees = connections.empty() || std::count(connections[static_cast<std::size_t>(m)].begin(),
                                                        connections[static_cast<std::size_t>(m)].end(), c) > 0;
    const Number* map = input + c * volume(s.input);
    for (std::int64_t r = 0; sees && r < taps; ++r) {
      const auto weight = static_cast<Total<Number>>(weights[(m * s.group_inputs() + k) * taps + r]);
      for_each_plane(s, s.output, s.input, r, [&](const Plane& plane) { add_plane(plane, map, weight, sums); });
    }
  }
}

/// The same for a transposed convolution: every input is scattered over the outputs that its filter reaches.
template <class Number>
void scatter_map(const Shape& s, const Number* input, const Number* weights, std::int64_t m, Total<Number>* sums) {
  const std::int64_t group = m / s.group_outputs();
  const std::int64_t taps = volume(s.kernel);
  for (std::int64_t k = 0; k < s.group_inputs(); ++k) {
    const std::int64_t c = group * s.group_inputs() + k;
    for (std::int64_t r = 0; r < taps; ++r) {
      const std::int64_t filter = c * s.group_outputs() + m % s.group_outputs();
      const auto weight = static_cast<Total<Number>>(weights[filter * taps + r]);
      for_each_plane(s, s.input, s.output, r,
                     [&](const Plane& plane) { scatter_plane(plane, input + c * volume(s.input), weight, sums); });
    }
  }
}

template <class Number>
Constant convolved(const Convolution& conv, const Arguments& given) {
  const Shape s = shape_of(conv, given);
  const auto input = numbers_of<Number>(given[0]);
  const auto weights = numbers_of<Number>(given[1]);
  const auto bias = given.has(2) ? numbers_of<Number>(given[2]) : std::vector<Number>(static_cast<std::size_t>(s.M));
  const std::int64_t area = volume(s.output);
  std::vector<Number> results(static_cast<std::size_t>(s.N * s.M * area));
  std::vector<Total<Number>> sums(static_cast<std::size_t>(area));
  for (std::int64_t nm = 0; nm < s.N * s.M; ++nm) {
    const std::int64_t m = nm % s.M;
    const Number* image = input.data() + nm / s.M * s.C * volume(s.input);
    std::fill(sums.begin(), sums.end(), static_cast<Total<Number>>(bias[static_cast<std::size_t>(m)]));
    if (conv.transposed) {
      scatter_map(s, image, weights.data(), m, sums.data());
    } else {
      add_map(conv, s, image, weights.data(), m, sums.data());
    }
    std::transform(sums.begin(), sums.end(), results.begin() + nm * area,
                   [](Total<Number> sum) { return static_cast<Number>(sum); });
  }
  return tensor_of(given.result(), results);
}

}  // namespace

Tensors compute(const Convolution& layer, const Arguments& given) {
  return in_number_type(given[0].format,
                        [&](auto zero) -> Tensors { return {convolved<decltype(zero)>(layer, given)}; });
}

}  // namespace pj
