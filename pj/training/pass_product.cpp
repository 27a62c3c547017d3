#include <algorithm>

#include "pj/execution/places.hpp"
#include "pj/kernels/gemm.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// O[n,m] = Σ I[n,k] · W[m,k] + B[m].
template <class Real>
class FullyConnectedPass : public LayerPass<Real> {
 public:
  explicit FullyConnectedPass(const PassSite& site)
      : N_(site.input(0).shape[0]), M_(site.input(1).shape[0]), K_(site.input(1).shape[1]) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    const std::span<Real> output = t.outputs[0].numbers;
    for (std::int64_t n = 0; t.has(2) && n < N_; ++n) {
      std::ranges::copy(t.inputs[2].numbers, output.begin() + n * M_);
    }
    multiply({.M = N_, .N = M_, .K = K_, .transpose_b = true, .adds = t.has(2)}, t.inputs[0].numbers,
             t.inputs[1].numbers, output);
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    const std::span<Real> gradient = t.output_gradients[0].numbers;
    if (t.wants(0)) {
      multiply({.M = N_, .N = K_, .K = M_, .adds = true}, gradient, t.inputs[1].numbers, t.input_gradients[0].numbers);
    }
    if (t.wants(1)) {
      multiply({.M = M_, .N = K_, .K = N_, .transpose_a = true, .adds = true}, gradient, t.inputs[0].numbers,
               t.input_gradients[1].numbers);
    }
    for (std::int64_t n = 0; t.wants(2) && n < N_; ++n) {
      const auto row = gradient.subspan(static_cast<std::size_t>(n * M_), static_cast<std::size_t>(M_));
      std::ranges::transform(t.input_gradients[2].numbers, row, t.input_gradients[2].numbers.begin(), std::plus{});
    }
  }

 private:
  std::int64_t N_, M_, K_;
};

/// The matrices of an operand of MatMul: a vector has one row (or, as the second operand, one column).
struct Matrices {
  Sizes batch;
  std::int64_t rows = 1, columns = 1;
  bool transpose = false;

  std::int64_t size() const { return rows * columns; }
  std::int64_t M() const { return transpose ? columns : rows; }
  std::int64_t N() const { return transpose ? rows : columns; }
};

Matrices matrices_of(Sizes shape, bool transpose, bool vector_is_column) {
  const bool is_vector = shape.size() == 1;
  if (is_vector) {
    shape.insert(vector_is_column ? shape.end() : shape.begin(), 1);
  }
  return {{shape.begin(), shape.end() - 2}, shape[shape.size() - 2], shape.back(), transpose && !is_vector};
}

/// α · op(A) · op(B) + β · C, matrix by matrix. One B for all of A's matrices makes them one.
template <class Real>
class MatMulPass : public LayerPass<Real> {
 public:
  MatMulPass(const MatMul& layer, const PassSite& site)
      : layer_(layer),
        a_(matrices_of(site.input(0).shape, layer.transpose_a, false)),
        b_(matrices_of(site.input(1).shape, layer.transpose_b, true)),
        result_(site.output().shape) {
    if (element_count(b_.batch) == 1 && !a_.transpose) {
      a_.rows *= element_count(a_.batch);
      a_.batch = b_.batch = {};
    }
    const Sizes batch = broadcast(a_.batch, b_.batch);
    const auto places = [&](const Sizes& own) {
      Sizes all;
      for_each_place(batch, stretched_strides(own, batch), 0, [&](auto, std::int64_t place) { all.push_back(place); });
      return all;
    };
    place_a_ = places(a_.batch);
    place_b_ = places(b_.batch);
    if (site.has_input(2)) {
      place_c_ = strides_for(site.input(2).shape);
    }
  }

  void forward(const PassTensors<Real>& t, const Moment&) override {
    const std::span<Real> output = t.outputs[0].numbers;
    for (std::size_t i = 0; i < place_a_.size(); ++i) {
      multiply({.M = a_.M(), .N = b_.N(), .K = a_.N(), .transpose_a = a_.transpose, .transpose_b = b_.transpose},
               matrix(t.inputs[0], a_, place_a_[i]), matrix(t.inputs[1], b_, place_b_[i]), result(t.outputs[0], i));
    }
    for (Real& number : output) {
      number *= static_cast<Real>(layer_.alpha);
    }
    if (t.has(2)) {
      for_each_place(result_, place_c_, 0, [&](std::int64_t i, std::int64_t place) {
        output[static_cast<std::size_t>(i)] +=
            static_cast<Real>(layer_.beta) * t.inputs[2].numbers[static_cast<std::size_t>(place)];
      });
    }
  }

  /// With A' = op(A): dA' = G · B'ᵀ and dB' = A'ᵀ · G; the gradient of a transposed operand is the transposed one.
  void backward(const PassTensors<Real>& t, const Moment&) override {
    scaled_.assign(t.output_gradients[0].numbers.begin(), t.output_gradients[0].numbers.end());
    for (Real& number : scaled_) {
      number *= static_cast<Real>(layer_.alpha);
    }
    const TapeTensor<Real> scaled{result_, scaled_};
    for (std::size_t i = 0; i < place_a_.size(); ++i) {
      const auto a = matrix(t.inputs[0], a_, place_a_[i]);
      const auto b = matrix(t.inputs[1], b_, place_b_[i]);
      const auto gradient = result(scaled, i);
      if (t.wants(0)) {
        add_product(a_.transpose, {b, !b_.transpose}, {gradient, false}, a_,
                    matrix(t.input_gradients[0], a_, place_a_[i]), b_.N(), true);
      }
      if (t.wants(1)) {
        add_product(b_.transpose, {a, !a_.transpose}, {gradient, false}, b_,
                    matrix(t.input_gradients[1], b_, place_b_[i]), a_.M(), false);
      }
    }
    if (t.wants(2)) {
      for_each_place(result_, place_c_, 0, [&](std::int64_t i, std::int64_t place) {
        t.input_gradients[2].numbers[static_cast<std::size_t>(place)] +=
            static_cast<Real>(layer_.beta) * t.output_gradients[0].numbers[static_cast<std::size_t>(i)];
      });
    }
  }

 private:
  struct Factor {
    std::span<Real> numbers;
    bool transpose;
  };

  Sizes strides_for(const Sizes& shape) const { return stretched_strides(shape, result_); }
  static std::span<Real> matrix(const TapeTensor<Real>& tensor, const Matrices& matrices, std::int64_t place) {
    const auto size = static_cast<std::size_t>(matrices.size());
    return tensor.numbers.subspan(static_cast<std::size_t>(place) * size, size);
  }
  std::span<Real> result(const TapeTensor<Real>& tensor, std::size_t i) const {
    const auto size = static_cast<std::size_t>(a_.M() * b_.N());
    return tensor.numbers.subspan(i * size, size);
  }

  /// Adds gradient · other (the first operand's) or other · gradient to the gradient of an operand; where the operand
  /// is transposed, that product's transpose, whose factors change places.
  static void add_product(bool transposed, Factor other, Factor gradient, const Matrices& of, std::span<Real> sum,
                          std::int64_t K, bool gradient_first) {
    if (transposed) {
      other.transpose = !other.transpose;
      gradient.transpose = !gradient.transpose;
      gradient_first = !gradient_first;
    }
    const Factor& left = gradient_first ? gradient : other;
    const Factor& right = gradient_first ? other : gradient;
    multiply({.M = of.rows,
              .N = of.columns,
              .K = K,
              .transpose_a = left.transpose,
              .transpose_b = right.transpose,
              .adds = true},
             left.numbers, right.numbers, sum);
  }

  MatMul layer_;
  Matrices a_, b_;
  Sizes result_, place_a_, place_b_, place_c_;
  std::vector<Real> scaled_;
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const FullyConnected&, const PassSite& site) {
  return std::make_unique<FullyConnectedPass<Real>>(site);
}

template <class Real>
LayerPassPtr<Real> pass_of(const MatMul& layer, const PassSite& site) {
  return std::make_unique<MatMulPass<Real>>(layer, site);
}

template LayerPassPtr<float> pass_of(const FullyConnected&, const PassSite&);
template LayerPassPtr<double> pass_of(const FullyConnected&, const PassSite&);
template LayerPassPtr<float> pass_of(const MatMul&, const PassSite&);
template LayerPassPtr<double> pass_of(const MatMul&, const PassSite&);

}  // namespace pj
