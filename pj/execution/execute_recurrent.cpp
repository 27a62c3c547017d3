#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/execution/gate_function.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

using Vector = std::vector<double>;
using Cell = Recurrent::Cell;

/// One direction of a recurrent layer: its parameters, and the state of one sequence while it runs. The names are
/// those of the ONNX operators: W, R weights, B both biases, P peepholes.
struct Direction {
  const Recurrent& layer;
  std::span<const GateFunction> functions;
  std::span<const double> W, R, B, P, projection;
  std::size_t input, hidden, output;
  Vector h, c;

  double clipped(double x) const {
    const auto bound = static_cast<double>(layer.clip);
    return layer.clip > 0.0F ? std::clamp(x, -bound, bound) : x;
  }
  double bias(std::size_t gate, std::size_t i, std::size_t which) const {
    const std::size_t half = B.size() / 2;
    return B.empty() ? 0.0 : B[which * half + gate * hidden + i];
  }
  double peephole(std::size_t gate, std::size_t i, double cell) const {
    return P.empty() ? 0.0 : P[gate * hidden + i] * cell;
  }
  /// Row i of a gate's weights times x.
  static double product(std::span<const double> weights, std::size_t row, std::span<const double> x) {
    double sum = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      sum += weights[row * x.size() + k] * x[k];
    }
    return sum;
  }
  /// W·x + R·h + both biases of one gate, for its element i.
  double gate(std::size_t g, std::size_t i, std::span<const double> x) const {
    return product(W, g * hidden + i, x) + product(R, g * hidden + i, h) + bias(g, i, 0) + bias(g, i, 1);
  }
};

void step_rnn(Direction& d, std::span<const double> x) {
  Vector next(d.hidden);
  for (std::size_t i = 0; i < d.hidden; ++i) {
    next[i] = d.functions[0](d.clipped(d.gate(0, i, x)));
  }
  d.h = next;
}

/// Gates z, r, h.
void step_gru(Direction& d, std::span<const double> x) {
  const std::size_t H = d.hidden;
  Vector z(H);
  Vector r(H);
  for (std::size_t i = 0; i < H; ++i) {
    z[i] = d.functions[0](d.clipped(d.gate(0, i, x)));
    r[i] = d.functions[0](d.clipped(d.gate(1, i, x)));
  }
  Vector reset(H);
  for (std::size_t i = 0; i < H; ++i) {
    reset[i] = r[i] * d.h[i];
  }
  Vector next(H);
  for (std::size_t i = 0; i < H; ++i) {
    const std::size_t row = 2 * H + i;
    const double recurrent = d.layer.linear_before_reset ? r[i] * (Direction::product(d.R, row, d.h) + d.bias(2, i, 1))
                                                         : Direction::product(d.R, row, reset) + d.bias(2, i, 1);
    const double candidate = d.functions[1](d.clipped(Direction::product(d.W, row, x) + d.bias(2, i, 0) + recurrent));
    next[i] = (1.0 - z[i]) * candidate + z[i] * d.h[i];
  }
  d.h = next;
}

/// Gates i, o, f, c; peepholes i, o, f; an optional projection of the output (Sak et al. 2014).
void step_lstm(Direction& d, std::span<const double> x) {
  const std::size_t H = d.hidden;
  Vector out(H);
  Vector cell(H);
  for (std::size_t i = 0; i < H; ++i) {
    const double in = d.functions[0](d.clipped(d.gate(0, i, x) + d.peephole(0, i, d.c[i])));
    const double forget =
        d.layer.couple_input_forget ? 1.0 - in : d.functions[0](d.clipped(d.gate(2, i, x) + d.peephole(2, i, d.c[i])));
    cell[i] = forget * d.c[i] + in * d.functions[1](d.clipped(d.gate(3, i, x)));
    out[i] = d.functions[0](d.clipped(d.gate(1, i, x) + d.peephole(1, i, cell[i]))) * d.functions[2](cell[i]);
  }
  d.c = cell;
  d.h = out;
  if (!d.projection.empty()) {
    d.h.assign(d.output, 0.0);
    for (std::size_t i = 0; i < d.output; ++i) {
      d.h[i] = Direction::product(d.projection, i, out);
    }
  }
}

void step(Direction& direction, std::span<const double> x) {
  switch (direction.layer.cell) {
    case Cell::Rnn:
      return step_rnn(direction, x);
    case Cell::Gru:
      return step_gru(direction, x);
    default:
      return step_lstm(direction, x);
  }
}

/// The operands as numbers, the sizes, and where the elements of the three results lie.
struct Sequences {
  const Recurrent& layer;
  Vector X, W, R, B, h, c, P, projection;
  std::vector<std::int64_t> lengths;
  std::size_t steps, batch, input, directions, hidden, output;
  Vector all, last_h, last_c;

  std::size_t at_input(std::size_t t, std::size_t n) const {
    return (layer.batch_first ? n * steps + t : t * batch + n) * input;
  }
  std::size_t at_output(std::size_t t, std::size_t d, std::size_t n) const {
    return (layer.batch_first ? (n * steps + t) * directions + d : (t * directions + d) * batch + n) * output;
  }
  std::size_t at_state(std::size_t d, std::size_t n, std::size_t size) const {
    return (layer.batch_first ? n * directions + d : d * batch + n) * size;
  }
};

Vector reals(const Arguments& given, std::size_t i) {
  return given.has(i) ? numbers_of<double>(given[i]) : Vector{};
}

Sequences sequences_of(const Recurrent& layer, const Arguments& given) {
  const Sizes& shape = given.shape(0);
  const auto size = [&](std::size_t axis) { return static_cast<std::size_t>(shape[axis]); };
  Sequences s{.layer = layer,
              .X = reals(given, 0),
              .W = reals(given, 1),
              .R = reals(given, 2),
              .B = reals(given, 3),
              .h = reals(given, 5),
              .c = reals(given, 6),
              .P = reals(given, 7),
              .projection = reals(given, 8),
              .lengths = given.has(4) ? numbers_of<std::int64_t>(given[4]) : std::vector<std::int64_t>{},
              .steps = size(layer.batch_first ? 1 : 0),
              .batch = size(layer.batch_first ? 0 : 1),
              .input = size(2),
              .directions = static_cast<std::size_t>(direction_count(layer.direction)),
              .hidden = static_cast<std::size_t>(layer.hidden)};
  s.output = layer.projection > 0 ? static_cast<std::size_t>(layer.projection) : s.hidden;
  s.all.assign(s.steps * s.directions * s.batch * s.output, 0.0);
  s.last_h.assign(s.directions * s.batch * s.output, 0.0);
  s.last_c.assign(s.directions * s.batch * s.hidden, 0.0);
  return s;
}

/// The part of a stacked operand that belongs to a direction.
std::span<const double> part(const Vector& operand, std::size_t directions, std::size_t d) {
  return std::span(operand).subspan(d * (operand.size() / directions), operand.size() / directions);
}

Vector initial(const Vector& given, std::size_t first, std::size_t size) {
  Vector state(size, 0.0);
  for (std::size_t i = 0; i < size && !given.empty(); ++i) {
    state[i] = given[first + i];
  }
  return state;
}

std::size_t length_of(const Sequences& s, std::size_t n) {
  if (s.lengths.empty()) {
    return s.steps;
  }
  if (s.lengths[n] < 0 || std::cmp_greater(s.lengths[n], s.steps)) {
    throw InputError("sequence " + std::to_string(n) + " has a length of " + std::to_string(s.lengths[n]) +
                     "; lengths run from 0 to the " + std::to_string(s.steps) + " steps of the input");
  }
  return static_cast<std::size_t>(s.lengths[n]);
}

/// Runs sequence n in direction d; steps behind its length leave zeros.
void run_sequence(Sequences& s, std::span<const GateFunction> functions, std::size_t d, std::size_t n) {
  Direction direction{s.layer,
                      functions,
                      part(s.W, s.directions, d),
                      part(s.R, s.directions, d),
                      part(s.B, s.directions, d),
                      part(s.P, s.directions, d),
                      part(s.projection, s.directions, d),
                      s.input,
                      s.hidden,
                      s.output,
                      initial(s.h, s.at_state(d, n, s.output), s.output),
                      initial(s.c, s.at_state(d, n, s.hidden), s.hidden)};
  const std::size_t length = length_of(s, n);
  const bool reverse = s.layer.direction == Recurrent::Direction::Reverse || d == 1;
  const auto store = [](const Vector& state, Vector& where, std::size_t at) {
    std::copy(state.begin(), state.end(), where.begin() + static_cast<std::ptrdiff_t>(at));
  };
  for (std::size_t k = 0; k < length; ++k) {
    const std::size_t t = reverse ? length - 1 - k : k;
    step(direction, std::span<const double>(s.X).subspan(s.at_input(t, n), s.input));
    store(direction.h, s.all, s.at_output(t, d, n));
  }
  store(direction.h, s.last_h, s.at_state(d, n, s.output));
  store(direction.c, s.last_c, s.at_state(d, n, s.hidden));
}

}  // namespace

Tensors compute(const Recurrent& layer, const Arguments& given) {
  const std::vector<GateFunction> functions = gate_functions(layer);
  Sequences s = sequences_of(layer, given);
  const std::size_t each = functions.size() / s.directions;
  for (std::size_t d = 0; d < s.directions; ++d) {
    for (std::size_t n = 0; n < s.batch; ++n) {
      run_sequence(s, std::span(functions).subspan(d * each, each), d, n);
    }
  }
  Tensors results{tensor_of(given.results[0], s.all), tensor_of(given.results[1], s.last_h)};
  if (layer.cell == Cell::Lstm) {
    results.push_back(tensor_of(given.results[2], s.last_c));
  }
  return results;
}

}  // namespace pj
