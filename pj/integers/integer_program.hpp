#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pj/base/arena.hpp"
#include "pj/base/units.hpp"
#include "pj/integers/integer_network.hpp"
#include "pj/kernels/byte_kernels.hpp"

namespace pj {

/// How the integers of a tensor lie in memory while a program runs.
enum class IntegerForm {
  Planar,        ///< as in a `Constant`
  Rows,          ///< in the same order, a byte each; signed numbers have 128 added
  ChannelsLast,  ///< such bytes, N × spatial axes × C
};

/// A tensor of a program with its place in the program's memory.
struct IntegerTensor {
  ValueId value = no_value;
  IntegerForm form = IntegerForm::Planar;
  std::int64_t bytes = 0, offset = 0;
  std::size_t first = 0, last = 0;  ///< the steps between which it is in use
};

/// A step of a program: what it reads and writes, and how it is computed.
struct IntegerStep {
  /// The memory of operands and result, and the step's own.
  struct Memory {
    std::span<const std::uint8_t* const> inputs;
    std::uint8_t* output = nullptr;
    std::uint8_t* workspace = nullptr;
  };

  static constexpr std::size_t no_group = static_cast<std::size_t>(-1);

  std::string name, algorithm;
  std::size_t group = no_group;  ///< that it computes; else it brings an operand into another form
  std::vector<std::size_t> inputs;
  std::size_t output = 0;
  std::int64_t workspace = 0, weights = 0;  ///< bytes
  std::function<void(const Memory&)> run;
};

/// What computes layers on bytes.
struct ByteLoops {
  const ByteKernels* kernels = nullptr;  ///< null: all groups are computed by the plain twin
  bool library = false;                  ///< oneDNN's convolutions where it has them: no longer equal to the last bit
};

/// Groups of a network that are computed together, from integers to integers, without a real number between them. Each
/// result equals that of the plain twin to the last bit.
class IntegerProgram {
 public:
  /// `groups` in order; `outputs` are those results that others read.
  IntegerProgram(const Network& network, std::span<const IntegerGroup> groups, std::span<const ValueId> outputs,
                 const ByteLoops& loops);

  /// Values that come from elsewhere, and the results that others read: planar, in their own formats.
  const std::vector<ValueId>& inputs() const { return inputs_; }
  const std::vector<ValueId>& outputs() const { return outputs_; }
  const std::vector<IntegerStep>& steps() const { return steps_; }
  std::int64_t weights() const;
  /// Bytes that `run` needs for itself.
  std::int64_t workspace() const { return arena_.bytes + step_workspace_; }

  /// Any number of threads may run a program at a time, each with a workspace that begins at a cache line. With `times`
  /// the processor time of each step is added to what is there.
  void run(std::span<const std::span<const std::byte>> inputs, std::span<const std::span<std::byte>> outputs,
           std::span<std::byte> workspace, std::span<Seconds> times = {}) const;

 private:
  std::vector<ValueId> inputs_, outputs_;
  std::vector<std::size_t> input_tensors_, output_tensors_;
  std::vector<IntegerTensor> tensors_;
  std::vector<IntegerStep> steps_;
  Arena arena_;
  std::int64_t step_workspace_ = 0;
};

}  // namespace pj
