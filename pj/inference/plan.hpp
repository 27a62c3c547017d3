#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pj/network/network.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

/// How one layer is computed: from its operands (null: left out) and the types of its results.
using LayerKernel = std::function<std::vector<Constant>(const Layer& layer, std::span<const Constant* const> operands,
                                                        std::span<const TensorType> results)>;

/// Chooses the kernel of a node; an empty one means the plain executor (pj/execution).
using KernelChoice = std::function<LayerKernel(const Network& network, const Node& node)>;

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

struct PlanOptions {
  KernelChoice choose = {};
  std::int64_t memory_limit = 0;  ///< bytes; 0: what the machine has
};

/// Called with the value that an input, a weight or a node's result gives, as soon as it is there.
using Watcher = std::function<void(ValueId value, const Constant& tensor)>;

/// A network made ready to be run many times: what depends on constants alone is computed once, each layer has its
/// kernel, each tensor is given up after its last use. Throws `InputError` where a weight has no elements, is not a
/// number, or the run would need more memory than there is.
class Plan {
 public:
  explicit Plan(const Network& network, const PlanOptions& options = {});

  /// The network as it is run: without what was computed once.
  const Network& network() const { return network_; }
  const MemoryNeed& memory() const { return memory_; }

  /// The outputs for the inputs. Any number of threads may run a plan at a time.
  std::vector<Constant> run(std::span<const Constant> inputs, const Watcher& watch = {}) const;

 private:
  Network network_;
  MemoryNeed memory_;
  std::vector<LayerKernel> kernels_;  ///< of each node
  std::vector<std::vector<ValueId>> dead_after_;
};

}  // namespace pj
