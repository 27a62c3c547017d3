#include "pj/kernels/sparse_algorithms.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>

#include "pj/kernels/direct.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

/// Any convolution, or often one that is a product.
ConvShape random_sparse_shape(Rng& rng) {
  if (rng.chance(0.4)) {
    return random_conv(rng);
  }
  ConvShape shape{.N = rng.between(1, 2), .C = rng.between(1, 150), .M = rng.between(1, 70)};
  if (rng.chance(0.5)) {
    shape.H = rng.between(1, 12);
    shape.W = rng.between(1, 12);
  } else if (rng.chance(0.3)) {
    shape.H = shape.R = rng.between(1, 3);
    shape.W = shape.S = rng.between(1, 3);
  }
  return shape;
}

Tensor<float, 4> random_input(Rng& rng, const ConvShape& shape) {
  auto input = random_real(rng, shape.input());
  std::ranges::for_each(input.elements(), [&](float& number) { number = rng.chance(0.4) ? 0.0F : number; });
  return input;
}

template <class Test>
void for_sparse_cases(int count, const Test& test) {
  for_random_cases(count, [&](Rng& rng) {
    const ConvShape shape = random_sparse_shape(rng);
    const double density = rng.chance(0.1) ? 1.0 : 0.01 + 0.99 * rng.uniform();
    CAPTURE(to_string(shape));
    CAPTURE(density);
    for (const SparseAlgorithm& algorithm : sparse_algorithms()) {
      CAPTURE(std::string(algorithm.name));
      if (algorithm.can_run(shape)) {
        test(algorithm, shape, density, rng);
      }
    }
  });
}

const SparseAlgorithm& row(std::string_view name) {
  const auto rows = sparse_algorithms();
  return *std::ranges::find_if(rows, [&](const SparseAlgorithm& algorithm) { return algorithm.name == name; });
}

}  // namespace

TEST_CASE("sparse weights of every instruction set are within their error bound of the seven loops") {
  for_sparse_cases(150, [](const SparseAlgorithm& algorithm, const ConvShape& shape, double density, Rng& rng) {
    const Tensor<float, 4> input = random_input(rng, shape);
    for (const SparseKernels* kernels : sparse_kernels()) {
      CAPTURE(std::string(kernels->name));
      const SparseExample example = algorithm.random(*kernels, shape, density, rng);
      Buffer<float> workspace(static_cast<std::size_t>(example.sparse.conv.workspace), 1e30F);
      const Tensor<float, 4> output = run_planar(example.sparse.conv, shape, input.view(), workspace);
      const ConvOperands<float> exact{
          shape, input.view(), {std::span<const float>(example.weights), shape.weights()}, {}};
      double largest = 0.0;
      for (std::int64_t i = 0; i < element_count(shape.output()); ++i) {
        const Shape<4> at{i / (shape.M * shape.P() * shape.Q()), i / (shape.P() * shape.Q()) % shape.M,
                          i / shape.Q() % shape.P(), i % shape.Q()};
        const double error = static_cast<double>(output.elements()[static_cast<std::size_t>(i)]) -
                             direct_output<float, double>(exact, at);
        largest = std::max(largest, std::isnan(error) ? INFINITY : std::abs(error));
      }
      CHECK(largest <= algorithm.error_bound(shape, density) * example.largest);
    }
  });
}

TEST_CASE("sparse weights take the multiplications and bytes that their formulas say") {
  for_sparse_cases(150, [](const SparseAlgorithm& algorithm, const ConvShape& shape, double density, Rng& rng) {
    const SparseExample example = algorithm.random(*sparse_kernels().front(), shape, density, rng);
    CHECK(example.sparse.multiplications == algorithm.operations(shape, density).multiplications);
    CHECK(example.sparse.weight_bytes == algorithm.weight_bytes(shape, density));
    CHECK(algorithm.error_bound(shape, density) > 0.0);
  });
}

TEST_CASE("rows, columns, windows and blocks multiply by the weights that are not 0") {
  for_sparse_cases(100, [](const SparseAlgorithm& algorithm, const ConvShape& shape, double density, Rng& rng) {
    const std::string_view name = algorithm.name;
    if (name != "block-circulant" && name != "low rank") {
      const SparseExample example = algorithm.random(*sparse_kernels().front(), shape, density, rng);
      const auto zeros = std::ranges::count(example.weights, 0.0F);
      const std::int64_t outputs = shape.N * shape.P() * shape.Q();
      CHECK(example.sparse.multiplications == outputs * (std::ssize(example.weights) - zeros));
      CHECK(algorithm.values(shape, density) == std::ssize(example.weights) - zeros);
    }
  });
}

TEST_CASE("a structure at a density keeps at most that share, or what is least") {
  CHECK(balanced_entries(0.125) == 4);
  CHECK(balanced_entries(0.1) == 3);
  CHECK(balanced_entries(0.001) == 1);
  CHECK(circulant_size(0.125) == 8);
  CHECK(circulant_size(0.1) == 16);
  CHECK(circulant_size(1.0) == 2);
  CHECK(circulant_size(1e-9) == 256);
  CHECK(low_rank({.C = 9216, .M = 4096}, 0.1) == 283);
  CHECK(low_rank({.C = 4, .M = 4}, 0.01) == 1);
}

TEST_CASE("a layer's weights take the numbers and bytes of their structure") {
  const ConvShape fc6{.C = 9216, .M = 4096};
  CHECK(row("block-circulant").values(fc6, 0.125) == 9216 * 4096 / 8);
  CHECK(row("low rank").values(fc6, 0.1) == 283 * (9216 + 4096));
  CHECK(row("block-circulant").weight_bytes(fc6, 0.125) == 9216 * 4096 / 64 * 5 * 8);
  CHECK(row("balanced").weight_bytes(fc6, 0.125) == 9216 * 4096 / 8 * 5);
  CHECK(row("CSR").weight_bytes(fc6, 0.125) == 9216 * 4096 / 8 * 6 + 4097 * 8);
  CHECK(row("CSC").weight_bytes(fc6, 0.125) == 9216 * 4096 / 8 * 6 + 9217 * 8);
}

TEST_CASE("rows say which shapes they take") {
  const ConvShape conv{.C = 32, .M = 32, .H = 8, .W = 8, .R = 3, .S = 3};
  CHECK(row("16x1 blocks").can_run(conv));
  CHECK(row("CSR").can_run(conv).reason() ==
        "for fully connected layers, and 1×1 of one group with stride 1 and without padding");
  CHECK(row("CSC").can_run(conv).reason() == "for fully connected layers");
  CHECK(row("CSR").can_run({.C = 65537, .M = 1}).reason() == "more than 65,536 places do not fit an index of 16 bits");
  CHECK(row("CSC").can_run({.C = 65537, .M = 65536}));
  CHECK_FALSE(row("CSC").can_run({.C = 1, .M = 65537}));
  CHECK(row("low rank").can_run({.C = 32, .M = 32, .groups = 2}).reason() == "for one group");
  CHECK(row("16x1 blocks").can_run({.C = 16, .M = 16, .H = 12000, .W = 12000}).reason() ==
        "the places of a padded map do not fit 31 bits");
}

}  // namespace pj
