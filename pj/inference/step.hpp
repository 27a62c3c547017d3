#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pj/base/tensor.hpp"
#include "pj/base/units.hpp"
#include "pj/kernels/layout.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// A tensor as it lies in memory while a plan runs.
struct TensorForm {
  ValueId value = no_value;
  Layout layout = Layout::Planar;
  NumberFormat format;  ///< of its elements in memory

  bool operator==(const TensorForm&) const = default;
};

/// A value as it is said to be: planar, in its own number format.
TensorForm planar_form(const Network& network, ValueId value);

/// A shape of two to four axes as maps, N×C×H×W; a row of numbers is maps of one element. Other shapes, which have no
/// layout but the planar one, are one map.
Shape<4> map_shape(const Sizes& shape);

/// The bytes that a tensor takes in memory.
std::int64_t form_bytes(const Network& network, const TensorForm& form);

/// Whether two layouts of maps are the same order of elements: where a map is one element, or there is one channel.
bool same_in_memory(const Shape<4>& shape, Layout a, Layout b);

/// What a step may touch while it runs: its operands, its results, and memory for itself. Of its `parts` it computes
/// those from `first` to before `last`.
struct StepMemory {
  std::span<const std::span<const std::byte>> inputs;
  std::span<const std::span<std::byte>> outputs;
  std::span<std::byte> workspace;
  std::int64_t first = 0, last = 1;
  std::span<std::byte> shared = {};  ///< workspace of all threads
  std::span<Seconds> times = {};     ///< what each of the step's `layers` took is added here, unless it is empty

  /// Operand i, result i and the workspace as numbers.
  template <class Number>
  std::span<const Number> input(std::size_t i) const {
    return {reinterpret_cast<const Number*>(inputs[i].data()), inputs[i].size() / sizeof(Number)};
  }
  template <class Number>
  std::span<Number> output(std::size_t i = 0) const {
    return {reinterpret_cast<Number*>(outputs[i].data()), outputs[i].size() / sizeof(Number)};
  }
  template <class Number>
  std::span<Number> workspace_of() const {
    return {reinterpret_cast<Number*>(workspace.data()), workspace.size() / sizeof(Number)};
  }
  template <class Number>
  std::span<Number> shared_of() const {
    return {reinterpret_cast<Number*>(shared.data()), shared.size() / sizeof(Number)};
  }
};

/// A layer that a step computes beside others.
struct StepLayer {
  std::string name, algorithm;  ///< without a name: it only moves a tensor

  bool operator==(const StepLayer&) const = default;
};

/// One step of a plan: what computes one or several nodes at once. Any number of threads may run it at a time.
struct Step {
  /// How the memory of operands and results may be the same.
  enum class Sharing {
    None,
    View,       ///< the result is operand 0 under another shape; there is nothing to run
    Join,       ///< the operands lie one behind the other in the result; there is nothing to run
    Overwrite,  ///< the result may take the place of operand `overwritten`, which has as many bytes
  };

  std::vector<std::size_t> nodes;  ///< of the network, in its order
  std::string algorithm;           ///< in words: `F(4x4,3x3) + ReLU`
  std::string reason;              ///< why this one
  std::vector<TensorForm> inputs;  ///< what it reads, constants left out; the plan brings operands into these forms
  std::vector<TensorForm> outputs;
  Sharing sharing = Sharing::None;
  std::size_t overwritten = 0;
  std::int64_t weights = 0;    ///< bytes of constants that it keeps
  std::int64_t workspace = 0;  ///< bytes for each thread
  std::int64_t parts = 1;      ///< that can be computed at the same time
  /// The layers that it computes one after the other, where it can say how long each took.
  std::vector<StepLayer> layers = {};
  Seconds predicted;  ///< 0: nothing is known
  std::function<void(const StepMemory&)> run;
  /// A stage of parts that end before those of `run` begin, where there is one, and the bytes that it leaves for them.
  std::int64_t first_parts = 0, shared = 0;
  std::function<void(const StepMemory&)> run_first = {};
};

}  // namespace pj
