#include "pj/kernels/sparse_candidates.hpp"

#include <algorithm>
#include <memory>

#include "pj/kernels/direct.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/random_codes.hpp"
#include "pj/kernels/sampled_error.hpp"
#include "pj/kernels/sparse_algorithms.hpp"

namespace pj {

namespace {

Tensor<float, 4> rectified_input(const ConvShape& shape) {
  Rng rng(1);
  Tensor<float, 4> input(shape.input());
  std::ranges::generate(input.elements(), [&] { return std::max(0.0F, random_in_unit(rng)); });
  return input;
}

/// A row's convolution with its own copies of the maps. Of the dense weights only some exact outputs are kept.
struct SparseRun {
  ConvShape shape;
  PreparedConv conv;
  Buffer<float> input, output, workspace;
  std::vector<double> exact;

  SparseRun(const SparseAlgorithm& algorithm, const ConvShape& conv_shape, double density,
            const Tensor<float, 4>& planar)
      : shape(conv_shape) {
    Rng rng(2);
    SparseExample example = algorithm.random(*sparse_kernels().front(), shape, density, rng);
    const ConvOperands<float> operands{
        shape, planar.view(), {std::span<const float>(example.weights), shape.weights()}, {}};
    for (const Shape<4>& at : sampled_places(shape.output())) {
      exact.push_back(direct_output<float, double>(operands, at));
    }
    conv = std::move(example.sparse.conv);
    input = from_planar(planar.view(), conv.input);
    output.resize(static_cast<std::size_t>(layout_size(shape.output(), conv.output)));
    workspace.resize(static_cast<std::size_t>(conv.workspace));
  }

  double error() const {
    auto next = exact.begin();
    return relative_error(shape.output(), to_planar(output, shape.output(), conv.output),
                          [&](const Shape<4>&) { return *next++; });
  }
};

}  // namespace

std::vector<Candidate> sparse_candidates(const ConvShape& shape, double density) {
  const auto input = std::make_shared<const Tensor<float, 4>>(rectified_input(shape));
  std::vector<Candidate> list;
  for (const SparseAlgorithm& algorithm : sparse_algorithms()) {
    Candidate candidate{{.name = algorithm.name, .source = algorithm.source, .verdict = algorithm.can_run(shape)}, {}};
    if (candidate.row.verdict) {
      candidate.row.operations = algorithm.operations(shape, density);
      candidate.row.weight_bytes = algorithm.weight_bytes(shape, density);
      candidate.row.error_bound = algorithm.error_bound(shape, density);
    }
    candidate.prepare = [&algorithm, shape, density, input]() -> RunningCandidate {
      const auto run = std::make_shared<SparseRun>(algorithm, shape, density, *input);
      return {[run] { run->conv.run({run->input, run->output, run->workspace}); }, [run] { return run->error(); }};
    };
    list.push_back(std::move(candidate));
  }
  return list;
}

}  // namespace pj
