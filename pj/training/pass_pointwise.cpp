#include <algorithm>
#include <cmath>

#include "pj/execution/places.hpp"
#include "pj/training/chance.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// f(a, b) of an element, and its derivatives by both.
template <class Real>
Real combined(Elementwise::Kind kind, Real a, Real b) {
  switch (kind) {
    case Elementwise::Kind::Add:
    case Elementwise::Kind::Mean:
      return a + b;
    case Elementwise::Kind::Sub:
      return a - b;
    case Elementwise::Kind::Mul:
      return a * b;
    case Elementwise::Kind::Div:
      return a / b;
    case Elementwise::Kind::Min:
      return std::min(a, b);
    case Elementwise::Kind::Max:
      return std::max(a, b);
    default:
      return std::pow(a, b);
  }
}

template <class Real>
struct Slopes {
  Real a, b;
};

/// Of equal elements the first one is the smallest and the largest.
template <class Real>
Slopes<Real> slopes(Elementwise::Kind kind, Real a, Real b) {
  constexpr Real one{1};
  constexpr Real zero{0};
  switch (kind) {
    case Elementwise::Kind::Add:
    case Elementwise::Kind::Mean:
      return {one, one};
    case Elementwise::Kind::Sub:
      return {one, -one};
    case Elementwise::Kind::Mul:
      return {b, a};
    case Elementwise::Kind::Div:
      return {one / b, -a / (b * b)};
    case Elementwise::Kind::Min:
      return a <= b ? Slopes<Real>{one, zero} : Slopes<Real>{zero, one};
    case Elementwise::Kind::Max:
      return a >= b ? Slopes<Real>{one, zero} : Slopes<Real>{zero, one};
    default:
      return {b * std::pow(a, b - one), a > zero ? std::pow(a, b) * std::log(a) : zero};
  }
}

bool has_slopes(Elementwise::Kind kind) {
  return kind == Elementwise::Kind::Add || kind == Elementwise::Kind::Sub || kind == Elementwise::Kind::Mul ||
         kind == Elementwise::Kind::Div || kind == Elementwise::Kind::Min || kind == Elementwise::Kind::Max ||
         kind == Elementwise::Kind::Pow || kind == Elementwise::Kind::Mean;
}

/// One or two operands, stretched as in NumPy; a mean divides their sum.
template <class Real>
class ElementwisePass : public LayerPass<Real> {
 public:
  ElementwisePass(const Elementwise& layer, const PassSite& site) : kind_(layer.kind), shape_(site.output().shape) {
    for (std::size_t i = 0; i < site.node.inputs.size(); ++i) {
      strides_.push_back(stretched_strides(site.input(i).shape, shape_));
    }
    scale_ = kind_ == Elementwise::Kind::Mean ? Real{1} / static_cast<Real>(strides_.size()) : Real{1};
  }

  void forward(const PassTensors<Real>& t, const Moment&) override {
    Real* output = t.outputs[0].numbers.data();
    for_each_operand_place(0, [&](std::size_t i, std::size_t place) { output[i] = t.inputs[0].numbers[place]; });
    for (std::size_t k = 1; k < strides_.size(); ++k) {
      for_each_operand_place(k, [&](std::size_t i, std::size_t place) {
        output[i] = combined(kind_, output[i], t.inputs[k].numbers[place]);
      });
    }
    for (Real& number : t.outputs[0].numbers) {
      number *= scale_;
    }
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    if (strides_.size() == 1) {
      for_each_operand_place(0, [&](std::size_t i, std::size_t place) {
        t.input_gradients[0].numbers[place] += t.output_gradients[0].numbers[i];
      });
      return;
    }
    second_.resize(t.outputs[0].numbers.size());
    for_each_operand_place(1, [&](std::size_t i, std::size_t place) { second_[i] = place; });
    for_each_operand_place(0, [&](std::size_t i, std::size_t place) {
      const Real gradient = t.output_gradients[0].numbers[i] * scale_;
      const auto by = slopes(kind_, t.inputs[0].numbers[place], t.inputs[1].numbers[second_[i]]);
      if (t.wants(0)) {
        t.input_gradients[0].numbers[place] += gradient * by.a;
      }
      if (t.wants(1)) {
        t.input_gradients[1].numbers[second_[i]] += gradient * by.b;
      }
    });
  }

 private:
  template <class Visit>
  void for_each_operand_place(std::size_t operand, Visit visit) const {
    for_each_place(shape_, strides_[operand], 0, [&](std::int64_t i, std::int64_t place) {
      visit(static_cast<std::size_t>(i), static_cast<std::size_t>(place));
    });
  }

  Elementwise::Kind kind_;
  Sizes shape_;
  std::vector<Sizes> strides_;
  Real scale_{1};
  std::vector<std::size_t> second_;
};

/// Drops elements with the given probability and scales the others by 1 / (1 − ratio), so that what is expected stays
/// the same (Srivastava et al. 2014, section 10, "inverted"). The chance of an element is that of its sample.
template <class Real>
class DropoutPass : public LayerPass<Real> {
 public:
  DropoutPass(const Dropout& layer, const PassSite& site)
      : ratio_(static_cast<double>(layer.ratio)), node_(site.index) {
    if (ratio_ < 0.0 || ratio_ >= 1.0) {
      refuse_training("drops a share of " + std::to_string(ratio_) + " (it must be in [0, 1))");
    }
  }

  void forward(const PassTensors<Real>& t, const Moment& moment) override {
    const std::span<Real> input = t.inputs[0].numbers;
    factors_.assign(input.size(), Real{1});
    const auto samples = static_cast<std::size_t>(t.inputs[0].size(0));
    const std::size_t each = moment.training && samples > 0 ? input.size() / samples : 0;
    for (std::size_t i = 0; i < each * samples; ++i) {
      const auto sample = static_cast<std::uint64_t>(moment.first_sample) + i / each;
      const double chance = uniform_at(moment.seed, {node_, sample, i % each});
      factors_[i] = chance < ratio_ ? Real{0} : static_cast<Real>(1.0 / (1.0 - ratio_));
    }
    std::ranges::transform(input, factors_, t.outputs[0].numbers.begin(), std::multiplies{});
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      t.input_gradients[0].numbers[i] += t.output_gradients[0].numbers[i] * factors_[i];
    }
  }

 private:
  double ratio_;
  std::uint64_t node_;
  std::vector<Real> factors_;
};

/// Between formats of reals: the same numbers, as far as training is concerned.
template <class Real>
class CastPass : public LayerPass<Real> {
 public:
  void forward(const PassTensors<Real>& t, const Moment&) override {
    std::ranges::copy(t.inputs[0].numbers, t.outputs[0].numbers.begin());
  }
  void backward(const PassTensors<Real>& t, const Moment&) override {
    std::ranges::transform(t.input_gradients[0].numbers, t.output_gradients[0].numbers,
                           t.input_gradients[0].numbers.begin(), std::plus{});
  }
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Elementwise& layer, const PassSite& site) {
  const std::size_t operands = site.node.inputs.size();
  if (!has_slopes(layer.kind) || operands > 2) {
    refuse_training(operands > 2 ? "joins more than two operands" : "is of the kind '" + kind_name(Layer(layer)) + "'");
  }
  return std::make_unique<ElementwisePass<Real>>(layer, site);
}

template <class Real>
LayerPassPtr<Real> pass_of(const Dropout& layer, const PassSite& site) {
  return std::make_unique<DropoutPass<Real>>(layer, site);
}

template <class Real>
LayerPassPtr<Real> pass_of(const Cast& layer, const PassSite&) {
  if (layer.to.kind != NumberFormat::Kind::Float) {
    refuse_training("casts to " + to_string(layer.to));
  }
  return std::make_unique<CastPass<Real>>();
}

template LayerPassPtr<float> pass_of(const Elementwise&, const PassSite&);
template LayerPassPtr<double> pass_of(const Elementwise&, const PassSite&);
template LayerPassPtr<float> pass_of(const Dropout&, const PassSite&);
template LayerPassPtr<double> pass_of(const Dropout&, const PassSite&);
template LayerPassPtr<float> pass_of(const Cast&, const PassSite&);
template LayerPassPtr<double> pass_of(const Cast&, const PassSite&);

}  // namespace pj
