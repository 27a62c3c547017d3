#include "pj/training/recurrent_cell.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "pj/kernels/gemm.hpp"
#include "pj/training/differentiable.hpp"

namespace pj {

namespace {

template <class Real>
void add_bias(std::span<Real> rows, std::span<const Real> bias) {
  for (std::size_t first = 0; !bias.empty() && first < rows.size(); first += bias.size()) {
    std::ranges::transform(rows.subspan(first, bias.size()), bias, rows.begin() + static_cast<std::ptrdiff_t>(first),
                           std::plus{});
  }
}

template <class Real>
void add_row_sums(std::span<const Real> rows, std::span<Real> sums) {
  for (std::size_t first = 0; !sums.empty() && first < rows.size(); first += sums.size()) {
    std::ranges::transform(sums, rows.subspan(first, sums.size()), sums.begin(), std::plus{});
  }
}

/// The rows of some of a cell's gates in its weights, and in its biases.
template <class Real>
struct GateRows {
  std::span<Real> W, R, input_bias, recurrent_bias;

  GateRows(const CellWeights<Real>& weights, const CellSizes& s, std::int64_t gates, std::int64_t first,
           std::int64_t count) {
    const auto part = [](std::span<Real> all, std::int64_t from, std::int64_t size) {
      return all.empty() ? all : all.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(size));
    };
    W = part(weights.W, first * s.H * s.I, count * s.H * s.I);
    R = part(weights.R, first * s.H * s.H, count * s.H * s.H);
    input_bias = part(weights.B, first * s.H, count * s.H);
    recurrent_bias = part(weights.B, (gates + first) * s.H, count * s.H);
  }
};

/// sums += rows · weightsᵀ, for rows of so many inputs.
template <class Real>
void add_product(std::span<const Real> rows, std::span<const Real> weights, std::int64_t inputs, std::span<Real> sums) {
  const std::int64_t N = std::ssize(rows) / inputs;
  multiply({.M = N, .N = std::ssize(sums) / N, .K = inputs, .transpose_b = true, .adds = true}, rows, weights, sums);
}

/// gradient of the weights += gatesᵀ · rows.
template <class Real>
void add_weight_gradient(std::span<const Real> gates, std::span<const Real> rows, std::int64_t inputs,
                         std::span<Real> gradient) {
  if (!gradient.empty()) {
    const std::int64_t N = std::ssize(rows) / inputs;
    multiply({.M = std::ssize(gates) / N, .N = inputs, .K = N, .transpose_a = true, .adds = true}, gates, rows,
             gradient);
  }
}

/// gradient of the rows += gates · weights.
template <class Real>
void add_row_gradient(std::span<const Real> gates, std::span<const Real> weights, std::int64_t inputs,
                      std::span<Real> gradient) {
  const std::int64_t N = std::ssize(gradient) / inputs;
  multiply({.M = N, .N = inputs, .K = std::ssize(gates) / N, .adds = true}, gates, weights, gradient);
}

/// h' = f(W x + R h + b), f = tanh or a rectifier (Elman 1990).
template <class Real>
class PlainCell : public RecurrentCell<Real> {
 public:
  PlainCell(const CellSizes& sizes, bool rectifies) : RecurrentCell<Real>(sizes, 1), rectifies_(rectifies) {
    gate_gradients_.resize(this->dh.size());
  }

  void forward(const CellWeights<Real>& weights) override {
    const CellSizes& s = this->s_;
    const GateRows<Real> rows(weights, s, 1, 0, 1);
    const std::span<Real> all = this->rows(this->h, 1, s.H, s.T);
    std::ranges::fill(all, Real{0});
    add_product<Real>(this->x, rows.W, s.I, all);
    add_bias<Real>(all, rows.input_bias);
    add_bias<Real>(all, rows.recurrent_bias);
    for (std::int64_t k = 0; k < s.T; ++k) {
      const std::span<Real> next = this->rows(this->h, k + 1, s.H);
      add_product<Real>(this->rows(this->h, k, s.H), rows.R, s.H, next);
      for (Real& number : next) {
        number = rectifies_ ? std::max(number, Real{0}) : hyperbolic_tangent(number);
      }
    }
  }

  void backward(const CellWeights<Real>& weights, const CellWeights<Real>& gradients) override {
    const CellSizes& s = this->s_;
    const GateRows<Real> rows(weights, s, 1, 0, 1);
    std::ranges::fill(this->dh_first, Real{0});
    for (std::int64_t k = s.T; k-- > 0;) {
      const std::span<Real> gate = this->rows(gate_gradients_, k, s.H);
      const std::span<Real> outside = this->rows(this->dh, k, s.H);
      const std::span<Real> state = this->rows(this->h, k + 1, s.H);
      for (std::size_t i = 0; i < gate.size(); ++i) {
        const Real slope = rectifies_ ? static_cast<Real>(state[i] > Real{0}) : Real{1} - state[i] * state[i];
        gate[i] = (outside[i] + this->dh_first[i]) * slope;
      }
      std::ranges::fill(this->dh_first, Real{0});
      add_row_gradient<Real>(gate, rows.R, s.H, this->dh_first);
    }
    const GateRows<Real> of(gradients, s, 1, 0, 1);
    add_weight_gradient<Real>(gate_gradients_, this->rows(this->h, 0, s.H, s.T), s.H, of.R);
    add_weight_gradient<Real>(gate_gradients_, this->x, s.I, of.W);
    add_row_sums<Real>(gate_gradients_, of.input_bias);
    add_row_sums<Real>(gate_gradients_, of.recurrent_bias);
    std::ranges::fill(this->dx, Real{0});
    add_row_gradient<Real>(gate_gradients_, rows.W, s.I, this->dx);
  }

 private:
  bool rectifies_;
  Buffer<Real> gate_gradients_;
};

/// Hochreiter and Schmidhuber 1997 with the forget gate of Gers, Schmidhuber and Cummins 2000; gates i, o, f, c.
template <class Real>
class LstmCell : public RecurrentCell<Real> {
 public:
  explicit LstmCell(const CellSizes& sizes) : RecurrentCell<Real>(sizes, 4), tanh_c_(this->dh.size()) {
    values_.resize(4 * this->dh.size());
    gradients_.resize(values_.size());
  }

  void forward(const CellWeights<Real>& weights) override {
    const CellSizes& s = this->s_;
    const GateRows<Real> rows(weights, s, 4, 0, 4);
    std::ranges::fill(values_, Real{0});
    add_product<Real>(this->x, rows.W, s.I, std::span<Real>(values_));
    add_bias<Real>(values_, rows.input_bias);
    add_bias<Real>(values_, rows.recurrent_bias);
    for (std::int64_t k = 0; k < s.T; ++k) {
      add_product<Real>(this->rows(this->h, k, s.H), rows.R, s.H, this->rows(values_, k, 4 * s.H));
      step(k);
    }
  }

  void backward(const CellWeights<Real>& weights, const CellWeights<Real>& gradients) override {
    const CellSizes& s = this->s_;
    const GateRows<Real> rows(weights, s, 4, 0, 4);
    std::ranges::fill(this->dh_first, Real{0});
    this->dc_first = this->dc_last;
    for (std::int64_t k = s.T; k-- > 0;) {
      step_back(k);
      std::ranges::fill(this->dh_first, Real{0});
      add_row_gradient<Real>(this->rows(gradients_, k, 4 * s.H), rows.R, s.H, this->dh_first);
    }
    const GateRows<Real> of(gradients, s, 4, 0, 4);
    add_weight_gradient<Real>(gradients_, this->rows(this->h, 0, s.H, s.T), s.H, of.R);
    add_weight_gradient<Real>(gradients_, this->x, s.I, of.W);
    add_row_sums<Real>(gradients_, of.input_bias);
    add_row_sums<Real>(gradients_, of.recurrent_bias);
    std::ranges::fill(this->dx, Real{0});
    add_row_gradient<Real>(gradients_, rows.W, s.I, this->dx);
  }

 private:
  /// The rows of one sample in one step.
  struct Sample {
    Real *i, *o, *f, *g, *di, *dO, *df, *dg;
    Real *c, *next_c, *h, *tanh_c, *dh, *dh_next, *dc;
  };

  Sample sample(std::int64_t k, std::int64_t n) {
    const std::int64_t H = this->s_.H;
    const std::int64_t row = k * this->s_.N + n;
    const std::int64_t next = row + this->s_.N;
    Real* const gate = values_.data() + row * 4 * H;
    Real* const gradient = gradients_.data() + row * 4 * H;
    return {gate,
            gate + H,
            gate + 2 * H,
            gate + 3 * H,
            gradient,
            gradient + H,
            gradient + 2 * H,
            gradient + 3 * H,
            this->c.data() + row * H,
            this->c.data() + next * H,
            this->h.data() + next * H,
            tanh_c_.data() + row * H,
            this->dh.data() + row * H,
            this->dh_first.data() + n * H,
            this->dc_first.data() + n * H};
  }

  void step(std::int64_t k) {
    for (std::int64_t n = 0; n < this->s_.N; ++n) {
      const Sample a = sample(k, n);
      for (std::int64_t j = 0; j < 3 * this->s_.H; ++j) {
        a.i[j] = sigmoid(a.i[j]);
      }
      for (std::int64_t j = 0; j < this->s_.H; ++j) {
        a.g[j] = hyperbolic_tangent(a.g[j]);
      }
#pragma GCC ivdep  // no two of a sample's rows overlap
      for (std::int64_t j = 0; j < this->s_.H; ++j) {
        a.next_c[j] = a.f[j] * a.c[j] + a.i[j] * a.g[j];
        a.tanh_c[j] = hyperbolic_tangent(a.next_c[j]);
        a.h[j] = a.o[j] * a.tanh_c[j];
      }
    }
  }

  void step_back(std::int64_t k) {
    constexpr Real one{1};
    for (std::int64_t n = 0; n < this->s_.N; ++n) {
      const Sample a = sample(k, n);
#pragma GCC ivdep
      for (std::int64_t j = 0; j < this->s_.H; ++j) {
        const Real through = a.dh[j] + a.dh_next[j];
        const Real dc = a.dc[j] + through * a.o[j] * (one - a.tanh_c[j] * a.tanh_c[j]);
        a.dO[j] = through * a.tanh_c[j] * a.o[j] * (one - a.o[j]);
        a.di[j] = dc * a.g[j] * a.i[j] * (one - a.i[j]);
        a.df[j] = dc * a.c[j] * a.f[j] * (one - a.f[j]);
        a.dg[j] = dc * a.i[j] * (one - a.g[j] * a.g[j]);
        a.dc[j] = dc * a.f[j];
      }
    }
  }

  Buffer<Real> tanh_c_, values_, gradients_;
};

/// Cho et al. 2014; gates z, r, h, of which the last sees the reset state, or (`linear_before_reset`) the reset
/// product.
template <class Real>
class GruCell : public RecurrentCell<Real> {
 public:
  GruCell(const CellSizes& sizes, bool linear_before_reset)
      : RecurrentCell<Real>(sizes, 3), linear_(linear_before_reset) {
    for (Buffer<Real>* buffer : {&candidate_, &candidate_gradient_, &reset_, &inner_gradient_}) {
      buffer->resize(this->dh.size());
    }
    zr_.resize(2 * this->dh.size());
    zr_gradient_.resize(zr_.size());
  }

  void forward(const CellWeights<Real>& weights) override {
    const CellSizes& s = this->s_;
    const GateRows<Real> zr(weights, s, 3, 0, 2);
    const GateRows<Real> last(weights, s, 3, 2, 1);
    std::ranges::fill(zr_, Real{0});
    std::ranges::fill(candidate_, Real{0});
    std::ranges::fill(reset_, Real{0});
    add_product<Real>(this->x, zr.W, s.I, std::span<Real>(zr_));
    add_bias<Real>(zr_, zr.input_bias);
    add_bias<Real>(zr_, zr.recurrent_bias);
    add_product<Real>(this->x, last.W, s.I, std::span<Real>(candidate_));
    add_bias<Real>(candidate_, last.input_bias);
    add_bias<Real>(linear_ ? reset_ : candidate_, last.recurrent_bias);
    for (std::int64_t k = 0; k < s.T; ++k) {
      const std::span<Real> before = this->rows(this->h, k, s.H);
      const std::span<Real> gates = this->rows(zr_, k, 2 * s.H);
      add_product<Real>(before, zr.R, s.H, gates);
      std::ranges::transform(gates, gates.begin(), [](Real number) { return sigmoid(number); });
      step(k, last.R);
    }
  }

  void backward(const CellWeights<Real>& weights, const CellWeights<Real>& gradients) override {
    const CellSizes& s = this->s_;
    const GateRows<Real> zr(weights, s, 3, 0, 2);
    const GateRows<Real> last(weights, s, 3, 2, 1);
    std::ranges::fill(this->dh_first, Real{0});
    for (std::int64_t k = s.T; k-- > 0;) {
      step_back(k, last.R);
      add_row_gradient<Real>(this->rows(zr_gradient_, k, 2 * s.H), zr.R, s.H, this->dh_first);
    }
    const GateRows<Real> of_zr(gradients, s, 3, 0, 2);
    const GateRows<Real> of_h(gradients, s, 3, 2, 1);
    const std::span<Real> before = this->rows(this->h, 0, s.H, s.T);
    add_weight_gradient<Real>(zr_gradient_, before, s.H, of_zr.R);
    add_weight_gradient<Real>(zr_gradient_, this->x, s.I, of_zr.W);
    add_weight_gradient<Real>(inner_gradient_, linear_ ? before : std::span<Real>(reset_), s.H, of_h.R);
    add_weight_gradient<Real>(candidate_gradient_, this->x, s.I, of_h.W);
    add_row_sums<Real>(zr_gradient_, of_zr.input_bias);
    add_row_sums<Real>(zr_gradient_, of_zr.recurrent_bias);
    add_row_sums<Real>(candidate_gradient_, of_h.input_bias);
    add_row_sums<Real>(inner_gradient_, of_h.recurrent_bias);
    std::ranges::fill(this->dx, Real{0});
    add_row_gradient<Real>(zr_gradient_, zr.W, s.I, this->dx);
    add_row_gradient<Real>(candidate_gradient_, last.W, s.I, this->dx);
  }

 private:
  /// Visits the cells of a step with their places among all states and among all gates z (r stands H behind).
  template <class Visit>
  void for_each_cell(std::int64_t k, Visit visit) const {
    const std::int64_t H = this->s_.H;
    for (std::int64_t row = k * this->s_.N; row < (k + 1) * this->s_.N; ++row) {
      for (std::int64_t j = 0; j < H; ++j) {
        visit(static_cast<std::size_t>(row * H + j), static_cast<std::size_t>(row * 2 * H + j));
      }
    }
  }

  /// `reset_` holds r ⊙ h, or (linear) R h + b, where the biases are in it already.
  void step(std::int64_t k, std::span<Real> R) {
    const auto H = static_cast<std::size_t>(this->s_.H);
    const auto NH = static_cast<std::size_t>(this->s_.N) * H;
    const std::span<Real> reset = this->rows(reset_, k, this->s_.H);
    if (linear_) {
      add_product<Real>(this->rows(this->h, k, this->s_.H), R, this->s_.H, reset);
      for_each_cell(k, [&](std::size_t i, std::size_t z) { candidate_[i] += zr_[z + H] * reset_[i]; });
    } else {
      for_each_cell(k, [&](std::size_t i, std::size_t z) { reset_[i] = zr_[z + H] * this->h[i]; });
      add_product<Real>(reset, R, this->s_.H, this->rows(candidate_, k, this->s_.H));
    }
    for_each_cell(k, [&](std::size_t i, std::size_t z) {
      candidate_[i] = hyperbolic_tangent(candidate_[i]);
      this->h[i + NH] = (Real{1} - zr_[z]) * candidate_[i] + zr_[z] * this->h[i];
    });
  }

  /// `inner_gradient_` is that of the product with R.
  void step_back(std::int64_t k, std::span<Real> R) {
    constexpr Real one{1};
    const auto H = static_cast<std::size_t>(this->s_.H);
    const auto first = static_cast<std::size_t>(k * this->s_.N) * H;
    for_each_cell(k, [&](std::size_t i, std::size_t z) {
      const Real gradient = this->dh[i] + this->dh_first[i - first];
      zr_gradient_[z] = gradient * (this->h[i] - candidate_[i]) * zr_[z] * (one - zr_[z]);
      candidate_gradient_[i] = gradient * (one - zr_[z]) * (one - candidate_[i] * candidate_[i]);
      inner_gradient_[i] = candidate_gradient_[i] * (linear_ ? zr_[z + H] : one);
      this->dh_first[i - first] = gradient * zr_[z];
    });
    through_.assign(this->dh_first.size(), Real{0});
    add_row_gradient<Real>(this->rows(inner_gradient_, k, this->s_.H), R, this->s_.H, through_);
    for_each_cell(k, [&](std::size_t i, std::size_t z) {
      const Real r = zr_[z + H];
      const Real dr = linear_ ? candidate_gradient_[i] * reset_[i] : through_[i - first] * this->h[i];
      zr_gradient_[z + H] = dr * r * (one - r);
      this->dh_first[i - first] += through_[i - first] * (linear_ ? one : r);
    });
  }

  bool linear_;
  Buffer<Real> zr_, zr_gradient_, candidate_, candidate_gradient_, reset_, inner_gradient_, through_;
};

}  // namespace

template <class Real>
RecurrentCell<Real>::RecurrentCell(const CellSizes& sizes, std::int64_t gates) : s_(sizes), gates_(gates) {
  const auto one_step = static_cast<std::size_t>(sizes.N * sizes.H);
  const auto steps = static_cast<std::size_t>(sizes.T);
  x.resize(static_cast<std::size_t>(sizes.T * sizes.N * sizes.I));
  dx.resize(x.size());
  h.resize((steps + 1) * one_step);
  dh.resize(steps * one_step);
  c.resize(gates == 4 ? h.size() : 0);
  dc_last.resize(gates == 4 ? one_step : 0);
  dc_first.resize(dc_last.size());
  dh_first.resize(one_step);
}

template <class Real>
std::span<Real> RecurrentCell<Real>::rows(Buffer<Real>& buffer, std::int64_t step, std::int64_t width,
                                          std::int64_t steps) const {
  return std::span<Real>(buffer).subspan(static_cast<std::size_t>(step * s_.N * width),
                                         static_cast<std::size_t>(steps * s_.N * width));
}

template <class Real>
std::unique_ptr<RecurrentCell<Real>> make_cell(const Recurrent& layer, const CellSizes& sizes) {
  switch (layer.cell) {
    case Recurrent::Cell::Lstm:
      return std::make_unique<LstmCell<Real>>(sizes);
    case Recurrent::Cell::Gru:
      return std::make_unique<GruCell<Real>>(sizes, layer.linear_before_reset);
    default:
      return std::make_unique<PlainCell<Real>>(sizes, !layer.activations.empty() && layer.activations[0] == "Relu");
  }
}

template class RecurrentCell<float>;
template class RecurrentCell<double>;
template std::unique_ptr<RecurrentCell<float>> make_cell(const Recurrent&, const CellSizes&);
template std::unique_ptr<RecurrentCell<double>> make_cell(const Recurrent&, const CellSizes&);

}  // namespace pj
