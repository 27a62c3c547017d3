#pragma once

#include <functional>
#include <span>
#include <string>

#include "pj/base/error.hpp"
#include "pj/base/tensor.hpp"
#include "pj/kernels/conv_operands.hpp"
#include "pj/kernels/layout.hpp"

namespace pj {

/// A convolution whose weights have been transformed or packed, ready to be run any number of times.
struct PreparedConv {
  Layout input = Layout::Planar, output = Layout::Planar;
  std::int64_t workspace = 0;  ///< numbers that `run` needs for itself
  std::function<void(std::span<const float> input, std::span<float> output, std::span<float> workspace)> run;
};

/// One row of the table of algorithms.
struct ConvAlgorithm {
  const char* name;
  const char* source;  ///< who published it
  Verdict (*can_run)(const ConvShape&);
  PreparedConv (*prepare)(const ConvShape&, std::span<const float> weights);
  /// Operations by formula, with what is done to the weights once left out.
  OperationCount (*operations)(const ConvShape&);
  /// A bound on |computed - exact| / (max|input| · max|weight|) of each output.
  double (*error_bound)(const ConvShape&);
  /// The algorithm's plain form, run on numbers that count; null where the code is not ours.
  OperationCount (*count)(const ConvShape&);
  /// The plain form in whole numbers of 16 bits, exact; null where there is none.
  void (*run_whole)(const ConvOperands<WideInteger>&);
};

/// All algorithms for convolutions; the first, `direct`, is the plain twin of the others.
std::span<const ConvAlgorithm> conv_algorithms();

/// The row with this name; throws `InputError` with "did you mean".
const ConvAlgorithm& conv_algorithm(const std::string& name);

/// Runs a prepared convolution on planar maps, whatever its own layouts.
Tensor<float, 4> run_planar(const PreparedConv& conv, const ConvShape& shape, TensorView<const float, 4> input,
                            std::span<float> workspace);
/// Prepares and runs once.
Tensor<float, 4> run_planar(const ConvAlgorithm& algorithm, const ConvShape& shape, TensorView<const float, 4> input,
                            TensorView<const float, 4> weights);

/// The algorithm of the table with the fewest operations among those that can run the shape.
const ConvAlgorithm& fewest_operations(const ConvShape& shape);

}  // namespace pj
