#include <algorithm>
#include <array>
#include <cmath>

#include "pj/kernels/direct.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/random_codes.hpp"
#include "pj/kernels/sparse_algorithms.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/claimed_convs.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

const SparseAlgorithm& claimed_structure(const YamlNode& with) {
  return row_named(sparse_algorithms(), with.at("algorithm"), "algorithm", "structure of weights");
}

double claimed_density(const YamlNode& with) {
  const YamlNode& node = with.at("density");
  const double density = node.number("density");
  if (!(density > 0.0) || density > 1.0) {
    throw InputError(node.position(), "a density is above 0 and at most 1");
  }
  return density;
}

void check_structure(const YamlNode& with, const SparseAlgorithm& algorithm, const ConvShape& shape) {
  if (const Verdict verdict = algorithm.can_run(shape); !verdict) {
    throw InputError(with.at("algorithm").position(), verdict.reason());
  }
}

struct SparseCount {
  const char* name;
  std::int64_t (*of)(const SparseAlgorithm&, const ConvShape&, double density);
};

constexpr std::array sparse_counts{
    SparseCount{"values", [](const SparseAlgorithm& a, const ConvShape& s, double d) { return a.values(s, d); }},
    SparseCount{"bytes", [](const SparseAlgorithm& a, const ConvShape& s, double d) { return a.weight_bytes(s, d); }},
    SparseCount{"index bytes",
                [](const SparseAlgorithm& a, const ConvShape& s, double d) {
                  return a.weight_bytes(s, d) - a.values(s, d) * static_cast<std::int64_t>(sizeof(float));
                }},
    SparseCount{"multiplications", [](const SparseAlgorithm& a, const ConvShape& s,
                                      double d) { return a.operations(s, d).multiplications; }},
};

}  // namespace

double sparse_weights(const YamlNode& with) {
  const SparseCount& count = row_named(sparse_counts, with.at("count"), "count", "count");
  const SparseAlgorithm& algorithm = claimed_structure(with);
  const double density = claimed_density(with);
  double total = 0.0;
  for (const ConvShape& shape : claimed_convs(with)) {
    check_structure(with, algorithm, shape);
    total += static_cast<double>(count.of(algorithm, shape, density));
  }
  return total;
}

double sparse_error(const YamlNode& with) {
  const SparseAlgorithm& algorithm = claimed_structure(with);
  const double density = claimed_density(with);
  const ConvShape shape = cropped(claimed_convs(with).front(), with);
  check_structure(with, algorithm, shape);
  Rng rng(claim_seed);
  Tensor<float, 4> input(shape.input());
  std::ranges::generate(input.elements(), [&] { return random_in_unit(rng); });
  double error = 0.0;
  double largest = 0.0;
  for (const SparseKernels* kernels : sparse_kernels()) {
    const SparseExample example = algorithm.random(*kernels, shape, density, rng);
    Buffer<float> workspace(static_cast<std::size_t>(example.sparse.conv.workspace));
    const Tensor<float, 4> output = run_planar(example.sparse.conv, shape, input.view(), workspace);
    const ConvOperands<float> operands{
        shape, input.view(), {std::span<const float>(example.weights), shape.weights()}, {}};
    const auto [N, M, P, Q] = shape.output();
    for (std::int64_t i = 0; i < N * M * P * Q; ++i) {
      const Shape<4> at{i / (M * P * Q), i / (P * Q) % M, i / Q % P, i % Q};
      const double exact = direct_output<float, double>(operands, at);
      error = std::max(error, std::abs(static_cast<double>(output(at[0], at[1], at[2], at[3])) - exact));
      largest = std::max(largest, std::abs(exact));
    }
  }
  return error / largest;
}

}  // namespace pj
