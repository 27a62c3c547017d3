#include "pj/kernels/candidates.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include "pj/base/random.hpp"
#include "pj/kernels/byte_candidates.hpp"
#include "pj/kernels/code_candidates.hpp"
#include "pj/kernels/prepared.hpp"
#include "pj/kernels/sampled_error.hpp"
#include "pj/kernels/sparse_candidates.hpp"

namespace pj {

namespace {

struct FloatOperands {
  ConvShape shape;
  Tensor<float, 4> input, weights;

  explicit FloatOperands(const ConvShape& conv) : shape(conv), input(conv.input()), weights(conv.weights()) {
    Rng rng(1);
    for (Tensor<float, 4>* tensor : {&input, &weights}) {
      std::ranges::generate(tensor->elements(), [&] { return static_cast<float>(2.0 * rng.uniform() - 1.0); });
    }
  }
};

/// An algorithm with its own copies of the map, in its layout.
struct FloatRun {
  std::shared_ptr<const FloatOperands> operands;
  PreparedConv conv;
  Buffer<float> input, output, workspace;

  FloatRun(const ConvAlgorithm& algorithm, const std::shared_ptr<const FloatOperands>& given)
      : operands(given),
        conv(algorithm.prepare(given->shape, given->weights.elements(), {})),
        input(from_planar(given->input.view(), conv.input)),
        output(static_cast<std::size_t>(layout_size(given->shape.output(), conv.output))),
        workspace(static_cast<std::size_t>(conv.all_workspace())) {}

  double error() const {
    const ConvShape& shape = operands->shape;
    const ConvOperands<float> exact{shape, operands->input.view(), operands->weights.view(), {}};
    return relative_error(shape.output(), to_planar(output, shape.output(), conv.output),
                          [&](const Shape<4>& at) { return direct_output<float, double>(exact, at); });
  }
};

Candidate float_candidate(const ConvAlgorithm& algorithm, const std::shared_ptr<const FloatOperands>& operands) {
  const ConvShape& shape = operands->shape;
  Candidate candidate{{.name = algorithm.name, .source = algorithm.source, .verdict = algorithm.can_run(shape)}, {}};
  if (candidate.row.verdict) {
    candidate.row.operations = algorithm.operations(shape);
    candidate.row.weight_bytes = element_count(shape.weights()) * static_cast<std::int64_t>(sizeof(float));
    candidate.row.error_bound = algorithm.error_bound(shape);
  }
  candidate.prepare = [&algorithm, operands]() -> RunningCandidate {
    const auto run = std::make_shared<FloatRun>(algorithm, operands);
    return {[run] { run->conv.run_all({run->input, run->output, run->workspace}); }, [run] { return run->error(); }};
  };
  return candidate;
}

/// What all others are compared with: oneDNN's direct form in float32, and our product.
std::vector<Candidate> dense_candidates(const std::shared_ptr<const FloatOperands>& operands) {
  std::vector<Candidate> list{float_candidate(conv_algorithm("oneDNN"), operands)};
  if (pointwise_can_run(operands->shape)) {
    list.push_back(float_candidate(conv_algorithm("pointwise"), operands));
  }
  std::ranges::for_each(list, [](Candidate& candidate) { candidate.is_reference = true; });
  return list;
}

}  // namespace

std::vector<Candidate> candidates(const ConvShape& shape, const MeasureOptions& options) {
  std::vector<Candidate> list;
  const auto floats = std::make_shared<const FloatOperands>(shape);
  const bool is_sparse = options.density < 1.0;
  if (options.numbers == Numbers::Float32 && !is_sparse) {
    for (const ConvAlgorithm& algorithm : conv_algorithms().subspan(1)) {
      list.push_back(float_candidate(algorithm, floats));
    }
    return list;
  }
  list = dense_candidates(floats);
  std::ranges::move(is_sparse ? sparse_candidates(shape, options.density) : code_candidates(shape, options.numbers),
                    std::back_inserter(list));
  if (options.numbers == Numbers::Int8) {
    std::ranges::move(byte_candidates(shape), std::back_inserter(list));
  }
  return list;
}

}  // namespace pj
