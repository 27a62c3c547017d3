#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pj/inference/conv_choice.hpp"
#include "pj/inference/integer_parts.hpp"
#include "pj/inference/makers.hpp"
#include "pj/inference/schedule.hpp"
#include "pj/network/network.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

/// The bytes that a run needs, known before it begins.
struct MemoryNeed {
  std::int64_t weights = 0;      ///< constants, those that the plan computes once included
  std::int64_t activations = 0;  ///< the most that is alive at a time, inputs and outputs included
  std::int64_t workspace = 0;    ///< the most that one layer takes while it computes

  std::int64_t total() const { return weights + activations + workspace; }
  bool operator==(const MemoryNeed&) const = default;
};

/// The memory that this machine lets a program have.
std::int64_t machine_memory();

/// What a quantised network is computed in.
enum class RunNumbers {
  Integers,  ///< whole numbers wherever layers stand between DequantizeLinear and QuantizeLinear (docs/integers.md)
  Bfloat16,  ///< reals, but convolutions and fully connected layers, and what flows between them, in bfloat16
  Reals,     ///< as ONNX writes it: reals between its quantisers
};

/// What a plan spends memory on.
enum class PlanMemory {
  Usual,  ///< each layer computes its whole map
  Least,  ///< layers that follow each other compute strips of their maps, so that few rows between them exist
};

struct PlanOptions {
  std::span<const StepMaker> makers = {};  ///< empty: all of them
  PlanBy by = PlanBy::Model;               ///< how algorithms are chosen
  ConvTimeStore* times = nullptr;          ///< where measured times are kept; null: for this plan alone
  RowNames algorithms = {};                ///< for convolutions, to choose among
  RunNumbers arithmetic = RunNumbers::Integers;
  PlanMemory memory = PlanMemory::Usual;
  bool plain_integers = false;    ///< whole numbers by their plain twin
  bool watched = false;           ///< every node is a step of its own, in reals, so that every tensor exists
  int threads = 1;                ///< that compute one step together; 0: one for each core
  std::int64_t memory_limit = 0;  ///< bytes; 0: what the machine has
};

/// How long a part of a run took.
struct LayerTime {
  std::string layer;  ///< the name of the node that it computes; empty where it only moves or (de)quantises a tensor
  std::string algorithm;
  Seconds time;
};

/// Called with the value that an input, a weight or a node's result gives, as soon as it is there.
using Watcher = std::function<void(ValueId value, const Constant& tensor)>;

/// A network made ready to be run many times: what depends on constants alone is computed once, nodes are gathered into
/// steps, and all memory is planned. Throws `InputError` where a weight has no elements, is not a number, or the run
/// would need more memory than there is. A network that is moved in gives up each weight when its step has been made.
class Plan {
 public:
  explicit Plan(Network network, const PlanOptions& options = {});
  Plan(Plan&&) noexcept;
  ~Plan();

  /// The network as it is run: without what was computed once. Weights are kept by the steps alone.
  const Network& network() const;
  const MemoryNeed& memory() const;
  const Schedule& schedule() const;
  /// What is computed in integers, and why all else is not; empty where nothing is quantised. The steps are the
  /// schedule's.
  const IntegerParts& integers() const;

  /// The outputs for the inputs. Any number of threads may run a plan at a time. What is to be watched needs a plan
  /// that was made for it.
  std::vector<Constant> run(std::span<const Constant> inputs, const Watcher& watch = {}) const;

  /// The same between the caller's memory; allocates nothing when it has run before and no step is left to the plain
  /// executor. With `times` the time of each step is added to what is there: processor time, or with several threads
  /// time on the clock.
  void run(std::span<const std::span<const std::byte>> inputs, std::span<const std::span<std::byte>> outputs,
           std::span<Seconds> times = {}) const;

  /// The same, with the processor time of each step, or of each layer of those that compute several one after the
  /// other.
  std::vector<LayerTime> timed_run(std::span<const std::span<const std::byte>> inputs,
                                   std::span<const std::span<std::byte>> outputs) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pj
