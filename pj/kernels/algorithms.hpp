#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>

#include "pj/base/error.hpp"
#include "pj/base/tensor.hpp"
#include "pj/kernels/conv_operands.hpp"
#include "pj/kernels/epilogue.hpp"
#include "pj/kernels/layout.hpp"

namespace pj {

/// The memory of one run of a convolution. Of its parts those from `first` to before `last` are computed.
struct ConvMemory {
  std::span<const float> input;
  std::span<float> output, workspace;
  std::span<const float> residual = {};  ///< where the epilogue adds one
  std::int64_t first = 0, last = std::numeric_limits<std::int64_t>::max();
  std::span<float> shared = {};  ///< by all threads
};

/// A convolution whose weights have been transformed or packed, ready to be run any number of times.
struct PreparedConv {
  Layout input = Layout::Planar, output = Layout::Planar;
  std::int64_t weights = 0;    ///< numbers that it keeps
  std::int64_t workspace = 0;  ///< numbers that each thread needs for itself
  std::int64_t parts = 1;      ///< that can be computed at the same time, each with a workspace of its own
  bool in_place = false;       ///< the output may take the place of the residual
  std::function<void(const ConvMemory&)> run;
  /// A stage of parts that end before those of `run` begin, where there is one, and the numbers that it leaves for
  /// them: in memory that all threads share.
  std::int64_t shared = 0, first_parts = 0;
  std::function<void(const ConvMemory&)> run_first = {};

  /// Numbers for one thread alone.
  std::int64_t all_workspace() const { return shared + workspace; }
  /// All parts on this thread; `memory.workspace` has all numbers for it.
  void run_all(ConvMemory memory) const;
};

/// How an algorithm takes and leaves its maps.
struct ConvLayouts {
  Layout input = Layout::Planar, output = Layout::Planar;
};

/// One row of the table of algorithms.
struct ConvAlgorithm {
  const char* name;
  const char* source;  ///< who published it
  Verdict (*can_run)(const ConvShape&);
  /// Where the row keeps more than a number for each weight, `weights` may be empty: any numbers, to be measured with.
  PreparedConv (*prepare)(const ConvShape&, std::span<const float> weights, const Epilogue& epilogue);
  /// Those of the prepared convolution, known without preparing it.
  ConvLayouts (*layouts)(const ConvShape&);
  /// Operations by formula, with what is done to the weights once left out.
  OperationCount (*operations)(const ConvShape&);
  /// A bound on |computed - exact| / (max|input| · max|weight|) of each output.
  double (*error_bound)(const ConvShape&);
  /// The algorithm's plain form, run on numbers that count; null where the code is not ours.
  OperationCount (*count)(const ConvShape&);
  /// The plain form in whole numbers of 16 bits, exact; null where there is none.
  void (*run_whole)(const ConvOperands<WideInteger>&);
  double kept_weights = 1.0;  ///< numbers that it keeps for each weight
};

/// All algorithms for convolutions; the first, `direct`, is the plain twin of the others.
std::span<const ConvAlgorithm> conv_algorithms();

/// The row with this name; throws `InputError` with "did you mean".
const ConvAlgorithm& conv_algorithm(const std::string& name);

/// Runs a prepared convolution on planar maps, whatever its own layouts; `residual` where its epilogue adds one.
Tensor<float, 4> run_planar(const PreparedConv& conv, const ConvShape& shape, TensorView<const float, 4> input,
                            std::span<float> workspace, TensorView<const float, 4> residual = {});
/// Prepares and runs once.
Tensor<float, 4> run_planar(const ConvAlgorithm& algorithm, const ConvShape& shape, TensorView<const float, 4> input,
                            TensorView<const float, 4> weights);

/// A convolution that ends with a pass of its own for the epilogue.
PreparedConv with_epilogue(PreparedConv conv, const ConvShape& shape, const Epilogue& epilogue);

/// The algorithm of the table with the fewest operations among those that can run the shape.
const ConvAlgorithm& fewest_operations(const ConvShape& shape);

}  // namespace pj
