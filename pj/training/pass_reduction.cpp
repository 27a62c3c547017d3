#include <algorithm>
#include <cmath>

#include "pj/execution/places.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// The rows over which a softmax runs: `size` elements, `step` apart.
struct Rows {
  std::size_t count, size, step;

  std::size_t first(std::size_t row) const { return row / step * step * size + row % step; }
};

Rows rows_of(const Softmax& layer, const Sizes& shape) {
  const std::size_t axis = axis_index(layer.axis, shape.size());
  const auto count = [&](std::size_t begin, std::size_t end) {
    return static_cast<std::size_t>(element_count(
        {shape.begin() + static_cast<std::ptrdiff_t>(begin), shape.begin() + static_cast<std::ptrdiff_t>(end)}));
  };
  const std::size_t step = layer.flatten ? 1 : count(axis + 1, shape.size());
  return {count(0, axis) * step, layer.flatten ? count(axis, shape.size()) : count(axis, axis + 1), step};
}

template <class Real>
class SoftmaxPass : public LayerPass<Real> {
 public:
  SoftmaxPass(const Softmax& layer, const PassSite& site)
      : rows_(rows_of(layer, site.input(0).shape)), logarithm_(layer.logarithm) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t row = 0; row < rows_.count; ++row) {
      const Real* x = t.inputs[0].numbers.data() + rows_.first(row);
      Real* y = t.outputs[0].numbers.data() + rows_.first(row);
      Real largest = x[0];
      for_each([&](std::size_t i) { largest = std::max(largest, x[i]); });
      Real sum{0};
      for_each([&](std::size_t i) { sum += std::exp(x[i] - largest); });
      const Real shift = largest + std::log(sum);
      for_each([&](std::size_t i) { y[i] = logarithm_ ? x[i] - shift : std::exp(x[i] - largest) / sum; });
    }
  }

  /// y_i (g_i − Σ g_k y_k); of its logarithm g_i − e^{y_i} Σ g_k.
  void backward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t row = 0; row < rows_.count; ++row) {
      const Real* y = t.outputs[0].numbers.data() + rows_.first(row);
      const Real* gradient = t.output_gradients[0].numbers.data() + rows_.first(row);
      Real* sum = t.input_gradients[0].numbers.data() + rows_.first(row);
      Real all{0};
      for_each([&](std::size_t i) { all += logarithm_ ? gradient[i] : gradient[i] * y[i]; });
      for_each([&](std::size_t i) {
        sum[i] += logarithm_ ? gradient[i] - std::exp(y[i]) * all : y[i] * (gradient[i] - all);
      });
    }
  }

 private:
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < rows_.size; ++i) {
      visit(i * rows_.step);
    }
  }

  Rows rows_;
  bool logarithm_;
};

/// Sums and means over axes.
template <class Real>
class ReducePass : public LayerPass<Real> {
 public:
  ReducePass(const Reduce& layer, const PassSite& site) : shape_(site.input(0).shape) {
    Sizes kept = shape_;
    std::int64_t folded = 1;
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      const bool is_named =
          std::ranges::any_of(layer.axes, [&](std::int64_t given) { return axis_index(given, shape_.size()) == axis; });
      if (layer.axes.empty() || is_named) {
        folded *= kept[axis];
        kept[axis] = 1;
      }
    }
    strides_ = stretched_strides(kept, shape_);
    scale_ = layer.kind == Reduce::Kind::Mean ? Real{1} / static_cast<Real>(folded) : Real{1};
  }

  void forward(const PassTensors<Real>& t, const Moment&) override {
    std::ranges::fill(t.outputs[0].numbers, Real{0});
    for_each_place(shape_, strides_, 0, [&](std::int64_t i, std::int64_t place) {
      t.outputs[0].numbers[static_cast<std::size_t>(place)] +=
          scale_ * t.inputs[0].numbers[static_cast<std::size_t>(i)];
    });
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for_each_place(shape_, strides_, 0, [&](std::int64_t i, std::int64_t place) {
      t.input_gradients[0].numbers[static_cast<std::size_t>(i)] +=
          scale_ * t.output_gradients[0].numbers[static_cast<std::size_t>(place)];
    });
  }

 private:
  Sizes shape_, strides_;
  Real scale_{1};
};

/// Slices of a table picked by indices along its first axis: an embedding.
template <class Real>
class EmbeddingPass : public LayerPass<Real> {
 public:
  explicit EmbeddingPass(const PassSite& site)
      : rows_(site.input(0).shape[0]), width_(static_cast<std::size_t>(element_count(site.input(0).shape) / rows_)) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t i = 0; i < t.inputs[1].numbers.size(); ++i) {
      std::ranges::copy(row(t.inputs[0], t.inputs[1].numbers[i]), t.outputs[0].numbers.begin() + from(i));
    }
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t i = 0; t.wants(0) && i < t.inputs[1].numbers.size(); ++i) {
      const auto sum = row(t.input_gradients[0], t.inputs[1].numbers[i]);
      const auto gradient = t.output_gradients[0].numbers.subspan(i * width_, width_);
      std::ranges::transform(sum, gradient, sum.begin(), std::plus{});
    }
  }

 private:
  std::ptrdiff_t from(std::size_t i) const { return static_cast<std::ptrdiff_t>(i * width_); }
  std::span<Real> row(const TapeTensor<Real>& table, Real index) const {
    const std::int64_t at = checked_index(static_cast<std::int64_t>(index), rows_);
    return table.numbers.subspan(static_cast<std::size_t>(at) * width_, width_);
  }

  std::int64_t rows_;
  std::size_t width_;
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Softmax& layer, const PassSite& site) {
  return std::make_unique<SoftmaxPass<Real>>(layer, site);
}

template <class Real>
LayerPassPtr<Real> pass_of(const Reduce& layer, const PassSite& site) {
  if (layer.kind != Reduce::Kind::Sum && layer.kind != Reduce::Kind::Mean) {
    refuse_training("is of the kind '" + kind_name(Layer(layer)) + "'");
  }
  return std::make_unique<ReducePass<Real>>(layer, site);
}

template <class Real>
LayerPassPtr<Real> pass_of(const Gather& layer, const PassSite& site) {
  if (layer.kind != Gather::Kind::Slices || layer.axis != 0 || site.input(0).shape.empty()) {
    refuse_training("gathers other than rows of a table");
  }
  return std::make_unique<EmbeddingPass<Real>>(site);
}

template LayerPassPtr<float> pass_of(const Softmax&, const PassSite&);
template LayerPassPtr<double> pass_of(const Softmax&, const PassSite&);
template LayerPassPtr<float> pass_of(const Reduce&, const PassSite&);
template LayerPassPtr<double> pass_of(const Reduce&, const PassSite&);
template LayerPassPtr<float> pass_of(const Gather&, const PassSite&);
template LayerPassPtr<double> pass_of(const Gather&, const PassSite&);

}  // namespace pj
