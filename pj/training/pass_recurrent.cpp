#include <algorithm>

#include "pj/training/pass_rules.hpp"
#include "pj/training/recurrent_cell.hpp"

namespace pj {

namespace {

/// Throws for the parts of ONNX's cells that have no backward pass.
void check_trainable(const Recurrent& layer, const PassSite& site) {
  const bool is_rectified = layer.cell == Recurrent::Cell::Rnn &&
                            std::ranges::all_of(layer.activations, [](auto& name) { return name == "Relu"; });
  const auto is_usual = [&](std::size_t i, const std::string& name) {
    return name == (layer.cell == Recurrent::Cell::Rnn || i % (layer.cell == Recurrent::Cell::Gru ? 2U : 3U) > 0
                        ? "Tanh"
                        : "Sigmoid");
  };
  bool has_usual = true;
  for (std::size_t i = 0; i < layer.activations.size(); ++i) {
    has_usual = has_usual && is_usual(i, layer.activations[i]);
  }
  if (!is_rectified && !has_usual) {
    refuse_training("has gates with other functions than sigmoid and tanh");
  }
  if (layer.projection > 0 || layer.clip != 0.0F || layer.couple_input_forget || site.has_input(4) ||
      site.has_input(7)) {
    refuse_training("has a projection, a clip, coupled gates, sequence lengths or peepholes");
  }
}

/// Runs a cell in each direction: sequences are gathered into the order in which they run, and scattered back.
template <class Real>
class RecurrentPass : public LayerPass<Real> {
 public:
  RecurrentPass(const Recurrent& layer, const PassSite& site) : layer_(layer) {
    const Sizes& input = site.input(0).shape;
    s_ = {
        .T = input[layer.batch_first ? 1 : 0], .N = input[layer.batch_first ? 0 : 1], .I = input[2], .H = layer.hidden};
    for (std::int64_t d = 0; d < direction_count(layer.direction); ++d) {
      cells_.push_back(make_cell<Real>(layer, s_));
    }
  }

  void forward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t d = 0; d < cells_.size(); ++d) {
      RecurrentCell<Real>& cell = *cells_[d];
      for_each_step(d, [&](std::int64_t k, std::int64_t time, std::int64_t n) {
        copy(t.inputs[0].numbers, at_input(time, n), cell.x, (k * s_.N + n) * s_.I, s_.I);
      });
      load_state(t, 5, d, cell.h);
      load_state(t, 6, d, cell.c);
      cell.forward(weights(t.inputs, d));
      for_each_step(d, [&](std::int64_t k, std::int64_t time, std::int64_t n) {
        copy(cell.h, ((k + 1) * s_.N + n) * s_.H, t.outputs[0].numbers, at_output(time, d, n), s_.H);
      });
      for (std::int64_t n = 0; n < s_.N; ++n) {
        const std::int64_t last = (s_.T * s_.N + n) * s_.H;
        if (has(t.outputs, 1)) {
          copy(cell.h, last, t.outputs[1].numbers, at_state(d, n), s_.H);
        }
        if (has(t.outputs, 2)) {
          copy(cell.c, last, t.outputs[2].numbers, at_state(d, n), s_.H);
        }
      }
    }
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t d = 0; d < cells_.size(); ++d) {
      RecurrentCell<Real>& cell = *cells_[d];
      load_gradients(t, d, cell);
      cell.backward(weights(t.inputs, d), weights(t.input_gradients, d));
      for_each_step(d, [&](std::int64_t k, std::int64_t time, std::int64_t n) {
        if (t.wants(0)) {
          add(cell.dx, (k * s_.N + n) * s_.I, t.input_gradients[0].numbers, at_input(time, n), s_.I);
        }
      });
      for (std::int64_t n = 0; n < s_.N; ++n) {
        if (t.wants(5)) {
          add(cell.dh_first, n * s_.H, t.input_gradients[5].numbers, at_state(d, n), s_.H);
        }
        if (t.wants(6)) {
          add(cell.dc_first, n * s_.H, t.input_gradients[6].numbers, at_state(d, n), s_.H);
        }
      }
    }
  }

 private:
  static bool has(const std::vector<TapeTensor<Real>>& tensors, std::size_t i) {
    return i < tensors.size() && tensors[i].is_there();
  }
  static void copy(std::span<const Real> from, std::int64_t at, std::span<Real> to, std::int64_t place,
                   std::int64_t count) {
    std::copy_n(from.begin() + at, count, to.begin() + place);
  }
  static void add(std::span<const Real> from, std::int64_t at, std::span<Real> to, std::int64_t place,
                  std::int64_t count) {
    std::transform(from.begin() + at, from.begin() + at + count, to.begin() + place, to.begin() + place, std::plus{});
  }

  /// Calls `visit(k, time, n)`: step k of the run of direction d is this time of sample n.
  template <class Visit>
  void for_each_step(std::size_t d, Visit visit) const {
    const bool is_reverse = layer_.direction == Recurrent::Direction::Reverse || d == 1;
    for (std::int64_t k = 0; k < s_.T; ++k) {
      for (std::int64_t n = 0; n < s_.N; ++n) {
        visit(k, is_reverse ? s_.T - 1 - k : k, n);
      }
    }
  }
  std::int64_t at_input(std::int64_t time, std::int64_t n) const {
    return (layer_.batch_first ? n * s_.T + time : time * s_.N + n) * s_.I;
  }
  std::int64_t at_output(std::int64_t time, std::size_t direction, std::int64_t n) const {
    const auto d = static_cast<std::int64_t>(direction);
    const std::int64_t D = std::ssize(cells_);
    return (layer_.batch_first ? (n * s_.T + time) * D + d : (time * D + d) * s_.N + n) * s_.H;
  }
  std::int64_t at_state(std::size_t direction, std::int64_t n) const {
    const auto d = static_cast<std::int64_t>(direction);
    return (layer_.batch_first ? n * std::ssize(cells_) + d : d * s_.N + n) * s_.H;
  }

  CellWeights<Real> weights(const std::vector<TapeTensor<Real>>& tensors, std::size_t d) const {
    const auto part = [&](std::size_t i) {
      const std::size_t size = has(tensors, i) ? tensors[i].numbers.size() / cells_.size() : 0;
      return size == 0 ? std::span<Real>() : tensors[i].numbers.subspan(d * size, size);
    };
    return {part(1), part(2), part(3)};
  }

  void load_state(const PassTensors<Real>& t, std::size_t operand, std::size_t d, std::span<Real> states) const {
    for (std::int64_t n = 0; !states.empty() && n < s_.N; ++n) {
      if (t.has(operand)) {
        copy(t.inputs[operand].numbers, at_state(d, n), states, n * s_.H, s_.H);
      } else {
        std::fill_n(states.begin() + n * s_.H, s_.H, Real{0});
      }
    }
  }

  void load_gradients(const PassTensors<Real>& t, std::size_t d, RecurrentCell<Real>& cell) const {
    std::ranges::fill(cell.dh, Real{0});
    std::ranges::fill(cell.dc_last, Real{0});
    for_each_step(d, [&](std::int64_t k, std::int64_t time, std::int64_t n) {
      if (has(t.output_gradients, 0)) {
        copy(t.output_gradients[0].numbers, at_output(time, d, n), cell.dh, (k * s_.N + n) * s_.H, s_.H);
      }
    });
    for (std::int64_t n = 0; n < s_.N; ++n) {
      if (has(t.output_gradients, 1)) {
        add(t.output_gradients[1].numbers, at_state(d, n), cell.dh, ((s_.T - 1) * s_.N + n) * s_.H, s_.H);
      }
      if (has(t.output_gradients, 2)) {
        add(t.output_gradients[2].numbers, at_state(d, n), cell.dc_last, n * s_.H, s_.H);
      }
    }
  }

  Recurrent layer_;
  CellSizes s_;
  std::vector<std::unique_ptr<RecurrentCell<Real>>> cells_;  ///< one a direction
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Recurrent& layer, const PassSite& site) {
  check_trainable(layer, site);
  return std::make_unique<RecurrentPass<Real>>(layer, site);
}

template LayerPassPtr<float> pass_of(const Recurrent&, const PassSite&);
template LayerPassPtr<double> pass_of(const Recurrent&, const PassSite&);

}  // namespace pj
