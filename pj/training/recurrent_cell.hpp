#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "pj/base/tensor.hpp"
#include "pj/network/layers.hpp"

namespace pj {

/// The weights of one direction of a recurrent layer, in ONNX's order of gates, or their gradients (which may be
/// missing, as may biases).
template <class Real>
struct CellWeights {
  std::span<Real> W;  ///< gates · H × I
  std::span<Real> R;  ///< gates · H × H
  std::span<Real> B;  ///< gates · H of the input, then as many of the recurrence
};

struct CellSizes {
  std::int64_t T = 1, N = 1, I = 1, H = 1;  ///< steps, samples, inputs, cells
};

/// One direction of a recurrent layer over all steps, and back through time (Werbos 1990). All sequences lie step by
/// step, in the order in which they are run.
template <class Real>
class RecurrentCell {
 public:
  RecurrentCell(const CellSizes& sizes, std::int64_t gates);
  virtual ~RecurrentCell() = default;
  RecurrentCell(const RecurrentCell&) = delete;
  RecurrentCell& operator=(const RecurrentCell&) = delete;

  /// Fills `h` (and `c`) behind the first state from `x`.
  virtual void forward(const CellWeights<Real>& weights) = 0;
  /// Adds to the gradients of the weights and fills `dx`, `dh_first` and `dc_first` from `dh` and `dc_last`.
  virtual void backward(const CellWeights<Real>& weights, const CellWeights<Real>& gradients) = 0;

  Buffer<Real> x, dx;               ///< T × N × I
  Buffer<Real> h;                   ///< (T + 1) × N × H: the first state, then that after each step
  Buffer<Real> dh;                  ///< T × N × H: what the outside adds to the gradient after each step
  Buffer<Real> c;                   ///< LSTM: the cells' states, as `h`
  Buffer<Real> dc_last;             ///< N × H
  Buffer<Real> dh_first, dc_first;  ///< N × H

 protected:
  std::span<Real> rows(Buffer<Real>& buffer, std::int64_t step, std::int64_t width, std::int64_t steps = 1) const;

  CellSizes s_;
  std::int64_t gates_;
};

/// The cell of a layer.
template <class Real>
std::unique_ptr<RecurrentCell<Real>> make_cell(const Recurrent& layer, const CellSizes& sizes);

}  // namespace pj
