#include <cmath>

#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// Where the elements of channel c lie: `area` of them for each sample.
struct Channels {
  std::size_t N, C, area;

  explicit Channels(const Sizes& shape)
      : N(static_cast<std::size_t>(shape[0])),
        C(static_cast<std::size_t>(shape[1])),
        area(static_cast<std::size_t>(element_count({shape.begin() + 2, shape.end()}))) {}

  std::size_t count() const { return N * area; }
  template <class Visit>
  void for_each(std::size_t c, Visit visit) const {
    for (std::size_t n = 0; n < N; ++n) {
      for (std::size_t i = (n * C + c) * area; i < (n * C + c + 1) * area; ++i) {
        visit(i);
      }
    }
  }
};

/// Normalises by the statistics of the tape's samples, or, when the network is only run, by the running ones (Ioffe and
/// Szegedy 2015, algorithms 1 and 2). The "gradients" of the running mean and variance are the statistics of the tape's
/// samples, weighted by their share of the batch; who trains moves the running ones towards their sum.
template <class Real>
class BatchNormalizationPass : public LayerPass<Real> {
 public:
  BatchNormalizationPass(const BatchNormalization& layer, const PassSite& site)
      : channels_(site.input(0).shape),
        epsilon_(static_cast<Real>(layer.epsilon)),
        mean_(channels_.C),
        variance_(channels_.C),
        scale_(channels_.C) {}

  void forward(const PassTensors<Real>& t, const Moment& moment) override {
    for (std::size_t c = 0; c < channels_.C; ++c) {
      if (moment.training) {
        take_statistics(t.inputs[0].numbers, c);
      } else {
        mean_[c] = t.inputs[3].numbers[c];
        variance_[c] = t.inputs[4].numbers[c];
      }
      scale_[c] = Real{1} / std::sqrt(variance_[c] + epsilon_);
      const Real factor = t.inputs[1].numbers[c] * scale_[c];
      const Real shift = t.inputs[2].numbers[c];
      channels_.for_each(
          c, [&](std::size_t i) { t.outputs[0].numbers[i] = (t.inputs[0].numbers[i] - mean_[c]) * factor + shift; });
    }
  }

  void backward(const PassTensors<Real>& t, const Moment& moment) override {
    for (std::size_t c = 0; c < channels_.C; ++c) {
      go_back(t, c, moment.training);
      if (t.wants(3) && moment.training) {
        const auto count = static_cast<Real>(channels_.count());
        const auto share = static_cast<Real>(moment.share);
        const Real unbiased = count > Real{1} ? count / (count - Real{1}) : Real{1};
        t.input_gradients[3].numbers[c] += share * mean_[c];
        t.input_gradients[4].numbers[c] += share * variance_[c] * unbiased;
      }
    }
  }

 private:
  void take_statistics(std::span<Real> numbers, std::size_t c) {
    const auto count = static_cast<double>(channels_.count());
    double sum = 0.0;
    channels_.for_each(c, [&](std::size_t i) { sum += static_cast<double>(numbers[i]); });
    const double mean = sum / count;
    double squares = 0.0;
    channels_.for_each(c, [&](std::size_t i) {
      const double distance = static_cast<double>(numbers[i]) - mean;
      squares += distance * distance;
    });
    mean_[c] = static_cast<Real>(mean);
    variance_[c] = static_cast<Real>(squares / count);
  }

  /// Ioffe and Szegedy 2015, section 3, with x̂ = (x − mean) · scale.
  void go_back(const PassTensors<Real>& t, std::size_t c, bool by_samples) {
    const std::span<Real> x = t.inputs[0].numbers;
    const std::span<Real> gradient = t.output_gradients[0].numbers;
    double sum = 0.0;
    double products = 0.0;
    channels_.for_each(c, [&](std::size_t i) {
      sum += static_cast<double>(gradient[i]);
      products += static_cast<double>(gradient[i] * (x[i] - mean_[c]) * scale_[c]);
    });
    if (t.wants(1)) {
      t.input_gradients[1].numbers[c] += static_cast<Real>(products);
    }
    if (t.wants(2)) {
      t.input_gradients[2].numbers[c] += static_cast<Real>(sum);
    }
    if (!t.wants(0)) {
      return;
    }
    const Real factor = t.inputs[1].numbers[c] * scale_[c];
    const double count = static_cast<double>(channels_.count());
    const Real mean_gradient = by_samples ? static_cast<Real>(sum / count) : Real{0};
    const Real mean_product = by_samples ? static_cast<Real>(products / count) : Real{0};
    channels_.for_each(c, [&](std::size_t i) {
      const Real normalized = (x[i] - mean_[c]) * scale_[c];
      t.input_gradients[0].numbers[i] += factor * (gradient[i] - mean_gradient - normalized * mean_product);
    });
  }

  Channels channels_;
  Real epsilon_;
  std::vector<Real> mean_, variance_, scale_;  ///< by which the last batch was normalised
};

/// y_c = x_c · s_c^−β with s_c = bias + α/size · Σ x_k² over the channels k around c.
template <class Real>
class LocalResponsePass : public LayerPass<Real> {
 public:
  LocalResponsePass(const LocalResponseNormalization& layer, const PassSite& site)
      : layer_(layer),
        channels_(site.input(0).shape),
        sums_(static_cast<std::size_t>(element_count(site.input(0).shape))) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    const std::span<Real> x = t.inputs[0].numbers;
    for_each_neighbourhood([&](std::size_t i, std::size_t first, std::size_t last) {
      Real squares{0};
      for (std::size_t k = first; k <= last; k += channels_.area) {
        squares += x[k] * x[k];
      }
      sums_[i] = static_cast<Real>(layer_.bias) + factor() * squares;
      t.outputs[0].numbers[i] = x[i] * std::pow(sums_[i], -static_cast<Real>(layer_.beta));
    });
  }

  /// x_k has a part in y_k itself, and through s_c in all y_c around it.
  void backward(const PassTensors<Real>& t, const Moment&) override {
    const auto beta = static_cast<Real>(layer_.beta);
    for_each_neighbourhood([&](std::size_t i, std::size_t first, std::size_t last) {
      const Real gradient = t.output_gradients[0].numbers[i];
      const Real power = std::pow(sums_[i], -beta);
      t.input_gradients[0].numbers[i] += gradient * power;
      const Real through = -Real{2} * beta * factor() * gradient * t.inputs[0].numbers[i] * power / sums_[i];
      for (std::size_t k = first; k <= last; k += channels_.area) {
        t.input_gradients[0].numbers[k] += through * t.inputs[0].numbers[k];
      }
    });
  }

 private:
  Real factor() const { return static_cast<Real>(layer_.alpha) / static_cast<Real>(layer_.size); }

  /// Visits each element with the first and last of the elements around it.
  template <class Visit>
  void for_each_neighbourhood(Visit visit) const {
    const std::int64_t before = (layer_.size - 1) / 2;
    for (std::size_t c = 0; c < channels_.C; ++c) {
      const auto own = static_cast<std::int64_t>(c);
      const auto low = static_cast<std::size_t>(std::max<std::int64_t>(0, own - before));
      const auto high = std::min(channels_.C - 1, static_cast<std::size_t>(own - before + layer_.size - 1));
      channels_.for_each(
          c, [&](std::size_t i) { visit(i, i - (c - low) * channels_.area, i + (high - c) * channels_.area); });
    }
  }

  LocalResponseNormalization layer_;
  Channels channels_;
  std::vector<Real> sums_;
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const BatchNormalization& layer, const PassSite& site) {
  return std::make_unique<BatchNormalizationPass<Real>>(layer, site);
}

template <class Real>
LayerPassPtr<Real> pass_of(const LocalResponseNormalization& layer, const PassSite& site) {
  return std::make_unique<LocalResponsePass<Real>>(layer, site);
}

template LayerPassPtr<float> pass_of(const BatchNormalization&, const PassSite&);
template LayerPassPtr<double> pass_of(const BatchNormalization&, const PassSite&);
template LayerPassPtr<float> pass_of(const LocalResponseNormalization&, const PassSite&);
template LayerPassPtr<double> pass_of(const LocalResponseNormalization&, const PassSite&);

}  // namespace pj
