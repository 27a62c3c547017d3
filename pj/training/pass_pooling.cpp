#include <algorithm>
#include <cmath>

#include "pj/base/arithmetic.hpp"
#include "pj/execution/window.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// The inputs that each output of a map sees, the same for every map.
struct Windows {
  std::vector<std::int64_t> first;     ///< of each output's places, and behind the last
  std::vector<std::int64_t> places;    ///< in the map
  std::vector<std::int64_t> divisors;  ///< of averages
  std::int64_t map = 0;                ///< elements of an input map
  /// Where all windows have the same form, as without padding: the places of each behind its first one; else empty.
  std::vector<std::int64_t> form;
};

/// The form of the first window, if it is that of all.
std::vector<std::int64_t> common_form(const Windows& windows) {
  std::vector<std::int64_t> form;
  for (std::int64_t i = 0; i < windows.first[1]; ++i) {
    form.push_back(windows.places[static_cast<std::size_t>(i)] - windows.places[0]);
  }
  for (std::size_t p = 0; p + 1 < windows.first.size(); ++p) {
    const auto begin = static_cast<std::size_t>(windows.first[p]);
    const bool is_alike = windows.first[p + 1] - windows.first[p] == std::ssize(form);
    for (std::size_t i = 0; i < form.size(); ++i) {
      if (!is_alike || windows.places[begin + i] - windows.places[begin] != form[i]) {
        return {};
      }
    }
  }
  return form;
}

struct Extent {
  Axes3 input, output, kernel, stride, dilation, pad, padded;
};

/// An empty kernel is the whole map.
Extent extent_of(const Pooling& layer, const PassSite& site) {
  Extent e{.input = three_axes(site.input(0).shape, 2, 1), .output = three_axes(site.output().shape, 2, 1)};
  const bool is_global = layer.kernel.empty();
  e.kernel = is_global ? e.input : three_axes(layer.kernel, 0, 1);
  e.stride = is_global ? e.input : three_axes(layer.stride, 0, 1);
  e.dilation = is_global ? Axes3{1, 1, 1} : three_axes(layer.dilation, 0, 1);
  e.pad = is_global ? Axes3{0, 0, 0} : three_axes(layer.pad_begin, 0, 0);
  const Axes3 behind = is_global ? Axes3{0, 0, 0} : three_axes(layer.pad_end, 0, 0);
  for (std::size_t i = 0; i < e.padded.size(); ++i) {
    e.padded[i] = e.input[i] + behind[i];
  }
  return e;
}

void add_window(const Extent& e, const Axes3& at, bool count_padding, Windows& windows) {
  std::array<IndexRange, 3> seen{};
  Axes3 start{};
  std::int64_t padded = 1;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    start[i] = at[i] * e.stride[i] - e.pad[i];
    seen[i] = inside(e.kernel[i], e.dilation[i], start[i], e.input[i]);
    padded *= std::min(e.kernel[i], ceil_div(e.padded[i] - start[i], e.dilation[i]));
  }
  const std::size_t before = windows.places.size();
  for (std::int64_t d = seen[0].begin; d < seen[0].end; ++d) {
    for (std::int64_t r = seen[1].begin; r < seen[1].end; ++r) {
      for (std::int64_t s = seen[2].begin; s < seen[2].end; ++s) {
        const std::int64_t row = (start[0] + d * e.dilation[0]) * e.input[1] + start[1] + r * e.dilation[1];
        windows.places.push_back(row * e.input[2] + start[2] + s * e.dilation[2]);
      }
    }
  }
  windows.first.push_back(std::ssize(windows.places));
  const auto inside_map = static_cast<std::int64_t>(windows.places.size() - before);
  windows.divisors.push_back(std::max<std::int64_t>(count_padding ? padded : inside_map, 1));
}

Windows windows_of(const Pooling& layer, const PassSite& site) {
  const Extent e = extent_of(layer, site);
  Windows windows{.first = {0}, .map = volume(e.input)};
  for (std::int64_t p = 0; p < volume(e.output); ++p) {
    add_window(e, {p / e.output[2] / e.output[1], p / e.output[2] % e.output[1], p % e.output[2]}, layer.count_padding,
               windows);
  }
  windows.form = common_form(windows);
  return windows;
}

/// Visits each output with its map's first element and its window.
template <class Visit>
void for_each_window(const Windows& windows, std::size_t outputs, Visit visit) {
  const std::size_t each = windows.divisors.size();
  for (std::size_t i = 0, map = 0; i < outputs; ++map) {
    for (std::size_t p = 0; p < each; ++p, ++i) {
      const std::span<const std::int64_t> places(windows.places.data() + windows.first[p],
                                                 windows.places.data() + windows.first[p + 1]);
      visit(i, map * static_cast<std::size_t>(windows.map), p, places);
    }
  }
}

/// The gradient goes to the first of the largest inputs.
template <class Real>
class MaxPoolingPass : public LayerPass<Real> {
 public:
  explicit MaxPoolingPass(Windows windows) : windows_(std::move(windows)) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    largest_.resize(t.outputs[0].numbers.size());
    if (windows_.form.empty()) {
      for_each_window(windows_, largest_.size(), [&](std::size_t i, std::size_t map, std::size_t, auto places) {
        take_largest(t, i, map, places);
      });
      return;
    }
    const std::size_t each = windows_.divisors.size();
    for (std::size_t i = 0, map = 0; i < largest_.size(); map += static_cast<std::size_t>(windows_.map)) {
      for (std::size_t p = 0; p < each; ++p, ++i) {
        const std::int64_t first = windows_.places[p * windows_.form.size()];
        take_largest(t, i, map + static_cast<std::size_t>(first), windows_.form);
      }
    }
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    const Real* gradient = t.output_gradients[0].numbers.data();
    Real* sum = t.input_gradients[0].numbers.data();
    for (std::size_t i = 0; i < largest_.size(); ++i) {
      sum[largest_[i]] += gradient[i];
    }
  }

 private:
  /// Output i is the largest of the places behind `first`.
  void take_largest(const PassTensors<Real>& t, std::size_t i, std::size_t first,
                    std::span<const std::int64_t> places) {
    const Real* input = t.inputs[0].numbers.data();
    std::size_t best = first + static_cast<std::size_t>(places.front());
    Real value = input[best];
    for (const std::int64_t place : places.subspan(1)) {
      const std::size_t at = first + static_cast<std::size_t>(place);
      const bool is_larger = input[at] > value;
      best = is_larger ? at : best;
      value = is_larger ? input[at] : value;
    }
    t.outputs[0].numbers[i] = value;
    largest_[i] = best;
  }

  Windows windows_;
  std::vector<std::size_t> largest_;  ///< the place of each output's maximum
};

template <class Real>
class AveragePoolingPass : public LayerPass<Real> {
 public:
  explicit AveragePoolingPass(Windows windows) : windows_(std::move(windows)) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    const std::span<Real> output = t.outputs[0].numbers;
    for_each_window(windows_, output.size(), [&](std::size_t i, std::size_t map, std::size_t p, auto places) {
      Real sum{0};
      for (const std::int64_t place : places) {
        sum += t.inputs[0].numbers[map + static_cast<std::size_t>(place)];
      }
      output[i] = sum / static_cast<Real>(windows_.divisors[p]);
    });
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    const std::span<Real> gradient = t.output_gradients[0].numbers;
    for_each_window(windows_, gradient.size(), [&](std::size_t i, std::size_t map, std::size_t p, auto places) {
      const Real share = gradient[i] / static_cast<Real>(windows_.divisors[p]);
      for (const std::int64_t place : places) {
        t.input_gradients[0].numbers[map + static_cast<std::size_t>(place)] += share;
      }
    });
  }

 private:
  Windows windows_;
};

bool has_empty_window(const Windows& windows) {
  return std::ranges::adjacent_find(windows.first) != windows.first.end();
}

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Pooling& layer, const PassSite& site) {
  Windows windows = windows_of(layer, site);
  if (layer.kind == Pooling::Kind::Average) {
    return std::make_unique<AveragePoolingPass<Real>>(std::move(windows));
  }
  if (layer.kind != Pooling::Kind::Max || layer.with_indices || has_empty_window(windows)) {
    refuse_training(layer.kind != Pooling::Kind::Max ? "pools by a norm"
                    : layer.with_indices             ? "says where its maxima lie"
                                                     : "has windows that see padding only");
  }
  return std::make_unique<MaxPoolingPass<Real>>(std::move(windows));
}

template LayerPassPtr<float> pass_of(const Pooling&, const PassSite&);
template LayerPassPtr<double> pass_of(const Pooling&, const PassSite&);

}  // namespace pj
