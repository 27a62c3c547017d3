#include <algorithm>
#include <cmath>

#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// The gradient passes straight through what rounds, and not where a number is cut off (Bengio, Léonard and Courville
/// 2013; Hubara et al. 2016, equation 4).
template <class Real>
struct CodeBounds {
  Real low, high;

  bool holds(Real code) const { return code >= low && code <= high; }
};

template <class Real>
CodeBounds<Real> bounds_of(int bits, bool is_signed, bool is_narrow) {
  const Real half = std::ldexp(Real{1}, bits - 1);
  const Real narrow = is_narrow ? Real{1} : Real{0};
  return is_signed ? CodeBounds<Real>{-half + narrow, half - Real{1}}
                   : CodeBounds<Real>{Real{0}, Real{2} * half - Real{1} - narrow};
}

/// An operand that is one number; 0 where it is left out.
template <class Real>
Real single(const PassTensors<Real>& t, std::size_t i) {
  return t.has(i) ? t.inputs[i].numbers[0] : Real{0};
}

/// x / scale, rounded, past the zero point, within the format.
template <class Real>
class QuantizePass : public LayerPass<Real> {
 public:
  explicit QuantizePass(const Quantize& layer) : bounds_(bounds_of<Real>(layer.to.bits, layer.to.is_signed, false)) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    const Real zero = single(t, 2);
    std::ranges::transform(t.inputs[0].numbers, t.outputs[0].numbers.begin(), [&](Real x) {
      return std::clamp(std::nearbyint(x / scale) + zero, bounds_.low, bounds_.high);
    });
  }
  void backward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    const Real zero = single(t, 2);
    for (std::size_t i = 0; i < t.inputs[0].numbers.size(); ++i) {
      const Real code = std::nearbyint(t.inputs[0].numbers[i] / scale) + zero;
      t.input_gradients[0].numbers[i] += bounds_.holds(code) ? t.output_gradients[0].numbers[i] / scale : Real{0};
    }
  }

 private:
  CodeBounds<Real> bounds_;
};

template <class Real>
class DequantizePass : public LayerPass<Real> {
 public:
  void forward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    const Real zero = single(t, 2);
    std::ranges::transform(t.inputs[0].numbers, t.outputs[0].numbers.begin(),
                           [&](Real code) { return (code - zero) * scale; });
  }
  void backward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    for (std::size_t i = 0; i < t.inputs[0].numbers.size(); ++i) {
      t.input_gradients[0].numbers[i] += t.output_gradients[0].numbers[i] * scale;
    }
  }
};

/// The quantiser of QONNX: both of the above.
template <class Real>
class FakeQuantizePass : public LayerPass<Real> {
 public:
  explicit FakeQuantizePass(const FakeQuantize& layer) : layer_(layer) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    const Real zero = single(t, 2);
    const CodeBounds<Real> bounds = bounds_in(t);
    std::ranges::transform(t.inputs[0].numbers, t.outputs[0].numbers.begin(), [&](Real x) {
      return (std::nearbyint(std::clamp(x / scale + zero, bounds.low, bounds.high)) - zero) * scale;
    });
  }
  void backward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    const Real zero = single(t, 2);
    const CodeBounds<Real> bounds = bounds_in(t);
    for (std::size_t i = 0; i < t.inputs[0].numbers.size(); ++i) {
      const bool passes = bounds.holds(t.inputs[0].numbers[i] / scale + zero);
      t.input_gradients[0].numbers[i] += passes ? t.output_gradients[0].numbers[i] : Real{0};
    }
  }

 private:
  CodeBounds<Real> bounds_in(const PassTensors<Real>& t) const {
    return bounds_of<Real>(static_cast<int>(single(t, 3)), layer_.is_signed, layer_.narrow);
  }

  FakeQuantize layer_;
};

/// ±scale; the gradient passes where |x| is at most the scale.
template <class Real>
class SignPass : public LayerPass<Real> {
 public:
  void forward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    std::ranges::transform(t.inputs[0].numbers, t.outputs[0].numbers.begin(),
                           [&](Real x) { return x / scale >= Real{0} ? scale : -scale; });
  }
  void backward(const PassTensors<Real>& t, const Moment&) override {
    const Real scale = single(t, 1);
    for (std::size_t i = 0; i < t.inputs[0].numbers.size(); ++i) {
      const bool passes = std::abs(t.inputs[0].numbers[i]) <= scale;
      t.input_gradients[0].numbers[i] += passes ? t.output_gradients[0].numbers[i] : Real{0};
    }
  }
};

void check_single_scale(const PassSite& site) {
  for (std::size_t i = 1; i < site.node.inputs.size(); ++i) {
    if (site.has_input(i) && element_count(site.input(i).shape) != 1) {
      refuse_training("quantises with more than one scale");
    }
  }
}

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Quantize& layer, const PassSite& site) {
  check_single_scale(site);
  if (layer.to.kind != NumberFormat::Kind::Fixed) {
    refuse_training("quantises to " + to_string(layer.to));
  }
  return std::make_unique<QuantizePass<Real>>(layer);
}

template <class Real>
LayerPassPtr<Real> pass_of(const Dequantize&, const PassSite& site) {
  check_single_scale(site);
  return std::make_unique<DequantizePass<Real>>();
}

template <class Real>
LayerPassPtr<Real> pass_of(const FakeQuantize& layer, const PassSite& site) {
  check_single_scale(site);
  if (layer.kind == FakeQuantize::Kind::Bipolar) {
    return std::make_unique<SignPass<Real>>();
  }
  if (layer.kind != FakeQuantize::Kind::Integer || (layer.rounding != "ROUND" && layer.rounding != "HALF_EVEN")) {
    refuse_training("drops bits, or rounds otherwise than to the nearest");
  }
  return std::make_unique<FakeQuantizePass<Real>>(layer);
}

template LayerPassPtr<float> pass_of(const Quantize&, const PassSite&);
template LayerPassPtr<double> pass_of(const Quantize&, const PassSite&);
template LayerPassPtr<float> pass_of(const Dequantize&, const PassSite&);
template LayerPassPtr<double> pass_of(const Dequantize&, const PassSite&);
template LayerPassPtr<float> pass_of(const FakeQuantize&, const PassSite&);
template LayerPassPtr<double> pass_of(const FakeQuantize&, const PassSite&);

}  // namespace pj
