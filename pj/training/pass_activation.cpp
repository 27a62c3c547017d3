#include <algorithm>

#include "pj/execution/places.hpp"
#include "pj/training/differentiable.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// Calls `use` with a rectifier and its derivative; false where the function is none.
template <class Real, class Use>
bool use_rectifier(const Activation& layer, Use use) {
  const auto a = static_cast<Real>(layer.alpha);
  const auto b = static_cast<Real>(layer.beta);
  constexpr Real zero{0};
  constexpr Real one{1};
  switch (layer.kind) {
    case Activation::Kind::Relu:
      use(Differentiable{[](Real x) { return x > zero ? x : zero; },
                         [](Real x, Real) { return x > zero ? one : zero; }});
      return true;
    case Activation::Kind::LeakyRelu:
      use(Differentiable{[a](Real x) { return x > zero ? x : a * x; },
                         [a](Real x, Real) { return x > zero ? one : a; }});
      return true;
    case Activation::Kind::ThresholdedRelu:
      use(Differentiable{[a](Real x) { return x > a ? x : zero; }, [a](Real x, Real) { return x > a ? one : zero; }});
      return true;
    case Activation::Kind::Clip:
      use(Differentiable{[a, b](Real x) { return std::min(std::max(x, a), b); },
                         [a, b](Real x, Real) { return x > a && x < b ? one : zero; }});
      return true;
    case Activation::Kind::Elu:
      use(Differentiable{[a](Real x) { return x > zero ? x : a * std::expm1(x); },
                         [a](Real x, Real y) { return x > zero ? one : y + a; }});
      return true;
    case Activation::Kind::Celu:
      use(Differentiable{[a](Real x) { return x > zero ? x : a * std::expm1(x / a); },
                         [a](Real x, Real) { return x > zero ? one : std::exp(x / a); }});
      return true;
    case Activation::Kind::Selu:
      use(Differentiable{[a, b](Real x) { return b * (x > zero ? x : a * std::expm1(x)); },
                         [a, b](Real x, Real) { return b * (x > zero ? one : a * std::exp(x)); }});
      return true;
    default:
      return false;
  }
}

/// The same for smooth steps and rectifiers.
template <class Real, class Use>
bool use_smooth(const Activation& layer, Use use) {
  const auto a = static_cast<Real>(layer.alpha);
  const auto b = static_cast<Real>(layer.beta);
  constexpr Real one{1};
  switch (layer.kind) {
    case Activation::Kind::Sigmoid:
      use(Differentiable{[](Real x) { return sigmoid(x); }, [](Real, Real y) { return y * (one - y); }});
      return true;
    case Activation::Kind::Tanh:
      use(Differentiable{[](Real x) { return hyperbolic_tangent(x); }, [](Real, Real y) { return one - y * y; }});
      return true;
    case Activation::Kind::HardSigmoid:
      use(Differentiable{[a, b](Real x) { return std::clamp(a * x + b, Real{0}, Real{1}); },
                         [a](Real, Real y) { return y > Real{0} && y < one ? a : Real{0}; }});
      return true;
    case Activation::Kind::Softplus:
      use(Differentiable{[](Real x) { return softplus(x); }, [](Real x, Real) { return sigmoid(x); }});
      return true;
    case Activation::Kind::Softsign:
      use(Differentiable{[](Real x) { return x / (one + std::abs(x)); },
                         [](Real x, Real) { return one / ((one + std::abs(x)) * (one + std::abs(x))); }});
      return true;
    default:
      return false;
  }
}

/// The same for functions x · s(x), where s goes from 0 to 1.
template <class Real, class Use>
bool use_swish(const Activation& layer, Use use) {
  constexpr Real one{1};
  switch (layer.kind) {
    case Activation::Kind::HardSwish:  // x · relu6(x + 3) / 6
      use(Differentiable{[](Real x) { return x * std::clamp(x + Real{3}, Real{0}, Real{6}) / Real{6}; },
                         [](Real x, Real) {
                           return x <= Real{-3} ? Real{0} : x >= Real{3} ? one : (Real{2} * x + Real{3}) / Real{6};
                         }});
      return true;
    case Activation::Kind::Swish:
      use(Differentiable{[](Real x) { return x * sigmoid(x); },
                         [](Real x, Real y) { return sigmoid(x) + y * (one - sigmoid(x)); }});
      return true;
    case Activation::Kind::Mish:
      use(Differentiable{[](Real x) { return x * std::tanh(softplus(x)); },
                         [](Real x, Real) {
                           const Real t = std::tanh(softplus(x));
                           return t + x * (one - t * t) * sigmoid(x);
                         }});
      return true;
    case Activation::Kind::Gelu:
      use(Differentiable{[](Real x) { return x * normal_share(x); },
                         [](Real x, Real) { return normal_share(x) + x * normal_density(x); }});
      return true;
    default:
      return false;
  }
}

/// The same for elementary functions.
template <class Real, class Use>
bool use_elementary(const Activation& layer, Use use) {
  constexpr Real one{1};
  switch (layer.kind) {
    case Activation::Kind::Identity:
      use(Differentiable{[](Real x) { return x; }, [](Real, Real) { return one; }});
      return true;
    case Activation::Kind::Neg:
      use(Differentiable{[](Real x) { return -x; }, [](Real, Real) { return -one; }});
      return true;
    case Activation::Kind::Abs:
      use(Differentiable{[](Real x) { return std::abs(x); },
                         [](Real x, Real) { return x > Real{0}   ? one
                                                   : x < Real{0} ? -one
                                                                 : Real{0}; }});
      return true;
    case Activation::Kind::Exp:
      use(Differentiable{[](Real x) { return std::exp(x); }, [](Real, Real y) { return y; }});
      return true;
    case Activation::Kind::Log:
      use(Differentiable{[](Real x) { return std::log(x); }, [](Real x, Real) { return one / x; }});
      return true;
    case Activation::Kind::Sqrt:
      use(Differentiable{[](Real x) { return std::sqrt(x); }, [](Real, Real y) { return one / (Real{2} * y); }});
      return true;
    case Activation::Kind::Reciprocal:
      use(Differentiable{[](Real x) { return one / x; }, [](Real, Real y) { return -y * y; }});
      return true;
    case Activation::Kind::Sin:
      use(Differentiable{[](Real x) { return std::sin(x); }, [](Real x, Real) { return std::cos(x); }});
      return true;
    case Activation::Kind::Cos:
      use(Differentiable{[](Real x) { return std::cos(x); }, [](Real x, Real) { return -std::sin(x); }});
      return true;
    default:
      return false;
  }
}

/// The same for steps, whose gradient is that of the line that they follow ("straight through", Bengio, Léonard and
/// Courville 2013): for the sign within [-1, 1] (Courbariaux et al. 2016, equation 4).
template <class Real, class Use>
bool use_step(const Activation& layer, Use use) {
  constexpr Real one{1};
  switch (layer.kind) {
    case Activation::Kind::Sign:
      use(Differentiable{[](Real x) { return x > Real{0}   ? one
                                             : x < Real{0} ? -one
                                                           : Real{0}; },
                         [](Real x, Real) { return std::abs(x) <= one ? one : Real{0}; }});
      return true;
    case Activation::Kind::Round:
      use(Differentiable{[](Real x) { return std::nearbyint(x); }, [](Real, Real) { return one; }});
      return true;
    default:
      return false;
  }
}

template <class Real, class Use>
bool use_function(const Activation& layer, Use use) {
  return use_rectifier<Real>(layer, use) || use_smooth<Real>(layer, use) || use_swish<Real>(layer, use) ||
         use_elementary<Real>(layer, use) || use_step<Real>(layer, use);
}

template <class Real>
class ActivationPass : public LayerPass<Real> {
 public:
  explicit ActivationPass(const Activation& layer) : layer_(layer) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    use_function<Real>(layer_, [&](const auto& function) {
      std::ranges::transform(t.inputs[0].numbers, t.outputs[0].numbers.begin(), function.value);
    });
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    const Real* x = t.inputs[0].numbers.data();
    const Real* y = t.outputs[0].numbers.data();
    const Real* gradient = t.output_gradients[0].numbers.data();
    Real* sum = t.input_gradients[0].numbers.data();
    use_function<Real>(layer_, [&](const auto& function) {
      for (std::size_t i = 0; i < t.inputs[0].numbers.size(); ++i) {
        sum[i] += gradient[i] * function.derivative(x[i], y[i]);
      }
    });
  }

 private:
  Activation layer_;
};

/// A leaky rectifier whose slopes are learned (He, Zhang, Ren and Sun 2015).
template <class Real>
class PReluPass : public LayerPass<Real> {
 public:
  explicit PReluPass(const PassSite& site)
      : shape_(site.output().shape), strides_(stretched_strides(site.input(1).shape, shape_)) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    for_each_place(shape_, strides_, 0, [&](std::int64_t i, std::int64_t place) {
      const Real x = t.inputs[0].numbers[static_cast<std::size_t>(i)];
      const Real slope = t.inputs[1].numbers[static_cast<std::size_t>(place)];
      t.outputs[0].numbers[static_cast<std::size_t>(i)] = x > Real{0} ? x : slope * x;
    });
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for_each_place(shape_, strides_, 0, [&](std::int64_t i, std::int64_t place) {
      const auto at = static_cast<std::size_t>(i);
      const auto of_slope = static_cast<std::size_t>(place);
      const Real x = t.inputs[0].numbers[at];
      const Real gradient = t.output_gradients[0].numbers[at];
      if (t.wants(0)) {
        t.input_gradients[0].numbers[at] += gradient * (x > Real{0} ? Real{1} : t.inputs[1].numbers[of_slope]);
      }
      if (t.wants(1) && x <= Real{0}) {
        t.input_gradients[1].numbers[of_slope] += gradient * x;
      }
    });
  }

 private:
  Sizes shape_, strides_;
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Activation& layer, const PassSite& site) {
  if (layer.kind == Activation::Kind::PRelu) {
    return std::make_unique<PReluPass<Real>>(site);
  }
  if (!use_function<Real>(layer, [](const auto&) {})) {
    refuse_training("is of the kind '" + kind_name(Layer(layer)) + "'");
  }
  return std::make_unique<ActivationPass<Real>>(layer);
}

template LayerPassPtr<float> pass_of(const Activation&, const PassSite&);
template LayerPassPtr<double> pass_of(const Activation&, const PassSite&);

}  // namespace pj
