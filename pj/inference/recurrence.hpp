#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/base/tensor.hpp"
#include "pj/execution/gate_function.hpp"
#include "pj/kernels/vector_kernels.hpp"
#include "pj/network/layers.hpp"

namespace pj {

/// The operands of a recurrent layer that are constants, as numbers; empty where they are left out.
struct RecurrentWeights {
  std::vector<float> W, R, B, P, projection;
};

/// A recurrent layer over time, in float32. The products of all inputs with W are computed at once; what a step of time
/// adds is the product of R with the last output, whose weights lie as they are read, and the gates, in vectors. Names
/// are those of the ONNX operators; gates are kept in their order, each in whole vectors of `Hp` numbers.
class Recurrence {
 public:
  /// T steps, N sequences, inputs of I numbers.
  Recurrence(const VectorKernels& kernels, const Recurrent& layer, const RecurrentWeights& weights, std::int64_t T,
             std::int64_t N, std::int64_t I);

  std::int64_t directions() const { return directions_; }
  std::int64_t output() const { return output_; }
  /// Numbers that the products of all inputs take, and those that a sequence needs while it runs.
  std::int64_t products_size() const { return T_ * N_ * row_size(); }
  std::int64_t workspace() const;
  std::int64_t weights() const;

  /// The inputs' products in so many parts.
  std::int64_t product_parts() const;
  void multiply_inputs(std::span<const float> X, std::span<float> products, std::span<float> workspace,
                       std::int64_t part) const;

  /// What a sequence reads and writes; empty where it is left out or nobody asks.
  struct Sequence {
    std::span<const float> products, h, c;
    std::span<float> all, last_h, last_c, workspace;
  };
  /// Sequence n in direction d: `length` steps, zeros in the steps behind it.
  void run(std::int64_t d, std::int64_t n, std::int64_t length, const Sequence& sequence) const;

 private:
  /// A direction's weights as they are read.
  struct Direction {
    Buffer<float> R, reset, projection;  ///< streamed; `reset`: the GRU's rows that multiply what the reset gate leaves
    std::vector<float> bias, reset_bias, P;
    std::vector<GateFunction> functions;
  };
  /// What a sequence remembers, and room for a step.
  struct State {
    std::span<float> h, c, sums, more, gated;
  };

  std::int64_t row_size() const { return directions_ * gates_ * Hp_; }
  std::span<const float> product_of(const Sequence& sequence, std::int64_t d, std::int64_t t, std::int64_t n) const;
  Direction direction_of(const RecurrentWeights& weights, std::int64_t d) const;
  void pack_inputs(const RecurrentWeights& weights);
  State state_in(std::span<float> workspace) const;
  void multiply(const Buffer<float>& weights, std::int64_t rows, std::span<const float> x, std::span<float> sums) const;
  void finish(const GateFunction& function, std::span<float> sums) const;
  void apply_to(const GateFunction& function, std::span<float> sums) const;
  void step(const Direction& direction, std::span<const float> x, const State& state) const;
  void step_lstm(const Direction& direction, const State& state) const;
  void step_gru(const Direction& direction, std::span<const float> x, const State& state) const;

  const VectorKernels* kernels_;
  Recurrent layer_;
  std::int64_t T_, N_, I_;
  std::int64_t directions_, gates_, hidden_, output_, Hp_;
  std::vector<GateFunction> functions_;
  Buffer<float> inputs_;  ///< W of all directions: I × rows, or streamed where there are few inputs to multiply
  std::vector<Direction> parts_;
};

}  // namespace pj
