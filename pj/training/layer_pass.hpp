#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// A tensor of a tape, or its gradient; the tape or the parameters own the numbers. Whole numbers (indices) are kept
/// as reals, too. No numbers: an operand that is left out, or a gradient that nobody wants.
template <class Real>
struct TapeTensor {
  Sizes shape;
  std::span<Real> numbers;

  bool is_there() const { return numbers.data() != nullptr; }
  std::int64_t size(std::size_t axis) const { return shape[axis]; }
};

/// What a layer reads and writes.
template <class Real>
struct PassTensors {
  std::vector<TapeTensor<Real>> inputs, outputs, input_gradients, output_gradients;

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i].is_there(); }
  bool wants(std::size_t i) const { return i < input_gradients.size() && input_gradients[i].is_there(); }
};

/// For which part of which batch a tape runs.
struct Moment {
  bool training = true;           ///< false: running statistics, and nothing is dropped
  std::uint64_t seed = 0;         ///< of all chance in this batch
  std::int64_t first_sample = 0;  ///< where the part begins in the batch: chance is a sample's, not a part's
  double share = 1.0;             ///< the part's share of the batch
};

/// One layer's forward and backward computation. What the one keeps for the other belongs to the object.
template <class Real>
class LayerPass {
 public:
  LayerPass() = default;
  virtual ~LayerPass() = default;
  LayerPass(const LayerPass&) = delete;
  LayerPass& operator=(const LayerPass&) = delete;

  /// Computes the outputs.
  virtual void forward(const PassTensors<Real>& t, const Moment& moment) = 0;
  /// Adds to the wanted gradients of the inputs what those of the outputs make of them (the chain rule).
  virtual void backward(const PassTensors<Real>& t, const Moment& moment) = 0;
};

template <class Real>
using LayerPassPtr = std::unique_ptr<LayerPass<Real>>;

/// A node of a network whose shapes are those of the tape.
struct PassSite {
  const Network& network;
  const Node& node;
  std::size_t index;  ///< of the node, for its chance

  const Value& input(std::size_t i) const { return network.values[node.inputs.at(i)]; }
  bool has_input(std::size_t i) const { return i < node.inputs.size() && node.inputs[i] != no_value; }
  const Value& output(std::size_t i = 0) const { return network.values[node.outputs.at(i)]; }
};

/// The pair of a node's layer; throws `InputError` "node 'x' …; way out" for what cannot be trained.
template <class Real>
LayerPassPtr<Real> make_pass(const PassSite& site);

}  // namespace pj
