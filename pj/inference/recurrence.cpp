#include "pj/inference/recurrence.hpp"

#include <algorithm>
#include <cmath>

#include "pj/kernels/blas.hpp"

namespace pj {

namespace {

constexpr std::int64_t width = 16;          // of what the loops of vectors take as a whole
constexpr std::int64_t few_inputs = 8;      // so many rows are multiplied one by one: a product of matrices would copy
constexpr std::int64_t rows_of_part = 256;  // of inputs, where the product is one of matrices

std::int64_t whole_vectors(std::int64_t count) {
  return ceil_div(count, width) * width;
}
std::int64_t streamed_size(std::int64_t rows, std::int64_t columns) {
  return ceil_div(rows, streamed_rows) * streamed_rows * whole_vectors(columns);
}

/// A matrix, given by its elements, as `StreamedProduct` reads it.
template <class Element>
Buffer<float> streamed(std::int64_t rows, std::int64_t columns, Element element) {
  Buffer<float> packed(static_cast<std::size_t>(streamed_size(rows, columns)), 0.0F);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t k = 0; k < columns; ++k) {
      const std::int64_t group = i / streamed_rows;
      packed[static_cast<std::size_t>((group * whole_vectors(columns) + k) * streamed_rows + i % streamed_rows)] =
          element(i, k);
    }
  }
  return packed;
}

/// The part of a stacked operand that belongs to a direction.
std::span<const float> of_direction(const std::vector<float>& operand, std::int64_t directions, std::int64_t d) {
  const std::size_t size = operand.size() / static_cast<std::size_t>(directions);
  return std::span(operand).subspan(static_cast<std::size_t>(d) * size, size);
}

std::span<float> taken(std::span<float>& from, std::int64_t count) {
  const std::span<float> part = from.first(static_cast<std::size_t>(count));
  from = from.subspan(part.size());
  return part;
}

void add(std::span<const float> from, std::span<float> to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] += from[i];
  }
}

std::span<const float> at(std::span<const float> numbers, std::int64_t first, std::int64_t count) {
  return numbers.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}
std::span<float> at(std::span<float> numbers, std::int64_t first, std::int64_t count) {
  return numbers.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

}  // namespace

Recurrence::Recurrence(const VectorKernels& kernels, const Recurrent& layer, const RecurrentWeights& weights,
                       std::int64_t T, std::int64_t N, std::int64_t I)
    : kernels_(&kernels),
      layer_(layer),
      T_(T),
      N_(N),
      I_(I),
      directions_(direction_count(layer.direction)),
      gates_(gate_count(layer.cell)),
      hidden_(layer.hidden),
      output_(layer.projection > 0 ? layer.projection : layer.hidden),
      Hp_(whole_vectors(layer.hidden)),
      functions_(gate_functions(layer)) {
  pack_inputs(weights);
  for (std::int64_t d = 0; d < directions_; ++d) {
    parts_.push_back(direction_of(weights, d));
  }
}

/// Row g · Hp + i of the products is row g · hidden + i of W.
void Recurrence::pack_inputs(const RecurrentWeights& weights) {
  const auto weight = [&](std::int64_t row, std::int64_t k) {
    const std::int64_t gate = row / Hp_;  // of all directions
    const std::int64_t i = row % Hp_;
    return i < hidden_ ? weights.W[static_cast<std::size_t>((gate * hidden_ + i) * I_ + k)] : 0.0F;
  };
  if (T_ * N_ < few_inputs) {
    inputs_ = streamed(row_size(), I_, weight);
    return;
  }
  inputs_ = Buffer<float>(static_cast<std::size_t>(I_ * row_size()));
  for (std::int64_t k = 0; k < I_; ++k) {
    for (std::int64_t row = 0; row < row_size(); ++row) {
      inputs_[static_cast<std::size_t>(k * row_size() + row)] = weight(row, k);
    }
  }
}

Recurrence::Direction Recurrence::direction_of(const RecurrentWeights& weights, std::int64_t d) const {
  const bool is_gru = layer_.cell == Recurrent::Cell::Gru;
  const std::int64_t gates = is_gru ? 2 : gates_;  // that read the last output itself
  const auto R = of_direction(weights.R, directions_, d);
  const auto B = of_direction(weights.B, directions_, d);
  const auto weight = [&](std::int64_t row, std::int64_t k) {
    const std::int64_t i = row % Hp_;
    return i < hidden_ ? R[static_cast<std::size_t>((row / Hp_ * hidden_ + i) * output_ + k)] : 0.0F;
  };
  Direction direction;
  direction.R = streamed(gates * Hp_, output_, weight);
  direction.bias.assign(static_cast<std::size_t>(gates_ * Hp_), 0.0F);
  for (std::int64_t row = 0; row < gates_ * hidden_ && !B.empty(); ++row) {
    const float recurrent = B[static_cast<std::size_t>(gates_ * hidden_ + row)];
    const bool is_apart = is_gru && row >= 2 * hidden_;  // it may stand behind the reset gate
    const auto place = static_cast<std::size_t>(row / hidden_ * Hp_ + row % hidden_);
    direction.bias[place] = B[static_cast<std::size_t>(row)] + (is_apart ? 0.0F : recurrent);
    if (is_apart) {
      direction.reset_bias.push_back(recurrent);
    }
  }
  if (is_gru) {
    direction.reset = streamed(Hp_, output_, [&](std::int64_t i, std::int64_t k) { return weight(2 * Hp_ + i, k); });
    direction.reset_bias.resize(static_cast<std::size_t>(hidden_), 0.0F);
  }
  const auto P = of_direction(weights.P, directions_, d);
  direction.P.assign(P.begin(), P.end());
  const auto projection = of_direction(weights.projection, directions_, d);
  direction.projection = streamed(projection.empty() ? 0 : output_, hidden_, [&](std::int64_t i, std::int64_t k) {
    return projection[static_cast<std::size_t>(i * hidden_ + k)];
  });
  const auto each = static_cast<std::size_t>(std::ssize(functions_) / directions_);
  const auto functions = std::span(functions_).subspan(static_cast<std::size_t>(d) * each, each);
  direction.functions.assign(functions.begin(), functions.end());
  return direction;
}

std::int64_t Recurrence::workspace() const {
  const std::int64_t longest = std::max(whole_vectors(I_), whole_vectors(output_));
  const std::int64_t most_rows = std::max(row_size(), whole_vectors(output_));
  return 3 * longest + 2 * Hp_ + 2 * (most_rows + streamed_rows);
}

std::int64_t Recurrence::weights() const {
  std::int64_t count = std::ssize(inputs_);
  for (const Direction& d : parts_) {
    count += std::ssize(d.R) + std::ssize(d.reset) + std::ssize(d.projection) + std::ssize(d.bias) +
             std::ssize(d.reset_bias) + std::ssize(d.P);
  }
  return count;
}

Recurrence::State Recurrence::state_in(std::span<float> workspace) const {
  std::ranges::fill(workspace, 0.0F);
  const std::int64_t rows = std::max(gates_ * Hp_, whole_vectors(output_)) + streamed_rows;
  return {.h = taken(workspace, whole_vectors(output_)),
          .c = taken(workspace, Hp_),
          .sums = taken(workspace, rows),
          .more = taken(workspace, rows),
          .gated = taken(workspace, std::max(Hp_, whole_vectors(output_)))};
}

/// sums = weights · x, for x of whole vectors.
void Recurrence::multiply(const Buffer<float>& weights, std::int64_t rows, std::span<const float> x,
                          std::span<float> sums) const {
  kernels_->streamed(
      {x.data(), weights.data(), sums.data(), std::ssize(x) / width, ceil_div(rows, std::int64_t{streamed_rows})});
}

std::int64_t Recurrence::product_parts() const {
  return T_ * N_ < few_inputs ? T_ * N_ : ceil_div(T_ * N_, rows_of_part);
}

void Recurrence::multiply_inputs(std::span<const float> X, std::span<float> products, std::span<float> workspace,
                                 std::int64_t part) const {
  if (T_ * N_ >= few_inputs) {
    const std::int64_t first = part * rows_of_part;
    const std::int64_t rows = std::min(rows_of_part, T_ * N_ - first);
    pj::multiply(TensorView<const float, 2>(at(X, first * I_, rows * I_), {rows, I_}),
                 TensorView<const float, 2>(std::span<const float>(inputs_), {I_, row_size()}),
                 TensorView<float, 2>(at(products, first * row_size(), rows * row_size()), {rows, row_size()}));
    return;
  }
  const std::span<float> x = taken(workspace, whole_vectors(I_));
  std::fill(std::ranges::copy(at(X, part * I_, I_), x.begin()).out, x.end(), 0.0F);
  const std::span<float> sums = workspace.first(static_cast<std::size_t>(row_size() + streamed_rows));
  multiply(inputs_, row_size(), x, sums);
  std::ranges::copy(at(std::span<const float>(sums), 0, row_size()),
                    at(products, part * row_size(), row_size()).begin());
}

/// Clips, and applies the gate's function.
void Recurrence::finish(const GateFunction& function, std::span<float> sums) const {
  if (layer_.clip > 0.0F) {
    for (float& sum : sums) {
      sum = std::clamp(sum, -layer_.clip, layer_.clip);
    }
  }
  apply_to(function, sums);
}

void Recurrence::apply_to(const GateFunction& function, std::span<float> sums) const {
  if (function.name == "Sigmoid" || function.name == "Tanh") {
    const auto which = function.name == "Tanh" ? VectorFunction::Tangent : VectorFunction::Logistic;
    kernels_->function({which, sums.data(), sums.data(), std::ssize(sums), 0.0F});
    return;
  }
  for (float& sum : sums) {
    sum = static_cast<float>(function(static_cast<double>(sum)));
  }
}

/// Gates i, o, f, c; peepholes i, o, f (ONNX LSTM).
void Recurrence::step_lstm(const Direction& d, const State& s) const {
  const auto H = static_cast<std::size_t>(hidden_);
  const auto gate = [&](std::int64_t g) { return at(s.sums, g * Hp_, hidden_); };
  const std::span<float> in = gate(0);
  const std::span<float> out = gate(1);
  const std::span<float> forget = gate(2);
  const std::span<float> candidate = gate(3);
  for (std::size_t i = 0; i < H && !d.P.empty(); ++i) {
    in[i] += d.P[i] * s.c[i];
    forget[i] += d.P[2 * H + i] * s.c[i];
  }
  finish(d.functions[0], in);
  finish(d.functions[1], candidate);
  if (!layer_.couple_input_forget) {
    finish(d.functions[0], forget);
  }
  for (std::size_t i = 0; i < H; ++i) {
    const float kept = layer_.couple_input_forget ? 1.0F - in[i] : forget[i];
    s.c[i] = kept * s.c[i] + in[i] * candidate[i];
    out[i] += d.P.empty() ? 0.0F : d.P[H + i] * s.c[i];
  }
  finish(d.functions[0], out);
  const std::span<float> shown = s.gated.first(H);
  std::ranges::copy(s.c.first(H), shown.begin());
  apply_to(d.functions[2], shown);
  for (std::size_t i = 0; i < H; ++i) {
    shown[i] *= out[i];
  }
  if (layer_.projection > 0) {
    multiply(d.projection, output_, s.gated.first(static_cast<std::size_t>(Hp_)), s.more);
    std::ranges::copy(s.more.first(static_cast<std::size_t>(output_)), s.h.begin());
  } else {
    std::ranges::copy(shown, s.h.begin());
  }
}

/// Gates z, r, h (ONNX GRU).
void Recurrence::step_gru(const Direction& d, std::span<const float> x, const State& s) const {
  const auto H = static_cast<std::size_t>(hidden_);
  const std::span<float> z = at(s.sums, 0, hidden_);
  const std::span<float> r = at(s.sums, Hp_, hidden_);
  finish(d.functions[0], z);
  finish(d.functions[0], r);
  const std::span<float> candidate = s.more.first(H);
  if (layer_.linear_before_reset) {
    multiply(d.reset, Hp_, s.h, s.more);
  } else {
    for (std::size_t i = 0; i < H; ++i) {
      s.gated[i] = r[i] * s.h[i];
    }
    multiply(d.reset, Hp_, s.gated.first(s.h.size()), s.more);
  }
  const auto given = static_cast<std::size_t>(2 * Hp_);
  for (std::size_t i = 0; i < H; ++i) {
    const float recurrent = candidate[i] + d.reset_bias[i];
    candidate[i] = x[given + i] + d.bias[given + i] + (layer_.linear_before_reset ? r[i] * recurrent : recurrent);
  }
  finish(d.functions[1], candidate);
  for (std::size_t i = 0; i < H; ++i) {
    s.h[i] = (1.0F - z[i]) * candidate[i] + z[i] * s.h[i];
  }
}

void Recurrence::step(const Direction& d, std::span<const float> x, const State& s) const {
  const std::int64_t rows = layer_.cell == Recurrent::Cell::Gru ? 2 * Hp_ : gates_ * Hp_;
  multiply(d.R, rows, s.h, s.sums);
  const std::span<float> sums = at(s.sums, 0, rows);
  add(at(x, 0, rows), sums);
  add(at(std::span<const float>(d.bias), 0, rows), sums);
  if (layer_.cell == Recurrent::Cell::Lstm) {
    step_lstm(d, s);
  } else if (layer_.cell == Recurrent::Cell::Gru) {
    step_gru(d, x, s);
  } else {
    finish(d.functions[0], sums.first(static_cast<std::size_t>(hidden_)));
    std::ranges::copy(sums.first(static_cast<std::size_t>(hidden_)), s.h.begin());
  }
}

/// The inputs of a step of time in a direction, multiplied.
std::span<const float> Recurrence::product_of(const Sequence& sequence, std::int64_t d, std::int64_t t,
                                              std::int64_t n) const {
  const std::int64_t row = layer_.batch_first ? n * T_ + t : t * N_ + n;
  return at(sequence.products, row * row_size() + d * gates_ * Hp_, gates_ * Hp_);
}

void Recurrence::run(std::int64_t d, std::int64_t n, std::int64_t length, const Sequence& sequence) const {
  const State state = state_in(sequence.workspace);
  const std::int64_t state_row = layer_.batch_first ? n * directions_ + d : d * N_ + n;
  const auto begin = [&](std::span<const float> given, std::span<float> kept, std::int64_t size) {
    if (!given.empty()) {
      std::ranges::copy(at(given, state_row * size, size), kept.begin());
    }
  };
  begin(sequence.h, state.h, output_);
  begin(sequence.c, state.c, hidden_);
  const bool reverse = layer_.direction == Recurrent::Direction::Reverse || d == 1;
  const auto result = [&](std::int64_t t) {
    const std::int64_t row = layer_.batch_first ? (n * T_ + t) * directions_ + d : (t * directions_ + d) * N_ + n;
    return at(sequence.all, row * output_, output_);
  };
  for (std::int64_t k = 0; k < length; ++k) {
    const std::int64_t t = reverse ? length - 1 - k : k;
    step(parts_[static_cast<std::size_t>(d)], product_of(sequence, d, t, n), state);
    std::ranges::copy(state.h.first(static_cast<std::size_t>(output_)), result(t).begin());
  }
  for (std::int64_t t = length; t < T_; ++t) {
    std::ranges::fill(result(t), 0.0F);
  }
  std::ranges::copy(state.h.first(static_cast<std::size_t>(output_)),
                    at(sequence.last_h, state_row * output_, output_).begin());
  if (!sequence.last_c.empty()) {
    std::ranges::copy(state.c.first(static_cast<std::size_t>(hidden_)),
                      at(sequence.last_c, state_row * hidden_, hidden_).begin());
  }
}

}  // namespace pj
