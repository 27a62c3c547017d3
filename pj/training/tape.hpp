#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/base/tensor.hpp"
#include "pj/training/layer_pass.hpp"
#include "pj/training/parameters.hpp"
#include "pj/training/shared_layer.hpp"

namespace pj {

/// The network with another number of samples: the first axis of its inputs is `samples`, and all shapes are inferred
/// anew. Throws `InputError` where a node does not take that (a reshape to a fixed batch).
Network with_batch(const Network& network, std::int64_t samples);

/// What a tape computes with and up to where.
template <class Real>
struct TapeTask {
  const Network& network;           ///< with the shapes of the tape's batch; kept by the caller, as are all of these
  const ParameterList& parameters;  ///< those of the network
  std::span<Real> numbers;          ///< of the parameters
  std::span<Real> gradients;        ///< of the parameters; empty: the tape only runs forward
  ValueId end;                      ///< the value that is wanted
  bool input_gradients = false;     ///< also those of the inputs
  const LayerShare<Real>* share = nullptr;  ///< of this process in the layers; null: it computes all of them
};

/// A network unrolled for one batch: `forward` computes the end from the inputs, `backward` the gradients of all
/// parameters from that of the end (reverse-mode differentiation; Rumelhart, Hinton and Williams 1986). The memory is
/// taken once. One thread at a time may use it.
template <class Real>
class Tape {
 public:
  explicit Tape(const TapeTask<Real>& task);

  /// Of the network's inputs, to be filled before `forward`.
  const TapeTensor<Real>& input(std::size_t i) const { return values_[network_.inputs[i]]; }
  const TapeTensor<Real>& end() const { return values_[end_]; }
  /// Of the end, to be filled before `backward`.
  const TapeTensor<Real>& end_gradient() const { return gradients_[end_]; }
  const TapeTensor<Real>& input_gradient(std::size_t i) const { return gradients_[network_.inputs[i]]; }
  const TapeTensor<Real>& value(ValueId id) const { return values_[id]; }

  void forward(const Moment& moment);
  /// Overwrites the gradients of the parameters.
  void backward(const Moment& moment);

  /// Numbers that are kept between the two passes: values and their gradients.
  std::int64_t stored_numbers() const;

 private:
  struct Step {
    LayerPassPtr<Real> pass;
    PassTensors<Real> tensors;
    bool goes_back = false;
  };

  void place_values(const TapeTask<Real>& task);
  void place_gradients(const TapeTask<Real>& task);
  void add_steps(const LayerShare<Real>* share);
  std::span<Real> memory(const Sizes& shape);

  const Network& network_;
  ValueId end_;
  std::vector<bool> needed_;  ///< nodes on the way to the end
  std::vector<TapeTensor<Real>> values_, gradients_;
  std::vector<Buffer<Real>> owned_, owned_gradients_;
  std::span<Real> parameter_gradients_;
  std::vector<Step> steps_;
};

}  // namespace pj
