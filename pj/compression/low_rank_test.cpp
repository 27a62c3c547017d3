#include "pj/compression/low_rank.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/base/error.hpp"
#include "pj/compression/factors.hpp"
#include "pj/compression/stored_bits.hpp"
#include "pj/compression/weights.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Matrix random_matrix(Rng& rng, std::int64_t rows, std::int64_t columns) {
  Matrix matrix(rows, columns);
  matrix.numbers = bell(rng, rows * columns);
  return matrix;
}

double largest_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

/// One convolution with random strides and paddings, and its filters.
Network convolution(Rng& rng, const Filters& w) {
  NetworkBuilder builder("n");
  Convolution layer{.stride = {rng.between(1, 2), rng.between(1, 2)}, .dilation = {rng.between(1, 2), 1}};
  layer.pad_begin = {rng.between(0, 2), rng.between(0, 1)};
  layer.pad_end = {rng.between(0, 2), rng.between(0, 1)};
  const ValueId x = builder.input("x", {1, w.C, 9, 8});
  const ValueId weights = builder.constant("w", real_constant({w.M, w.C, w.R, w.S}, w.numbers));
  const ValueId bias = builder.constant("b", real_constant({w.M}, bell(rng, w.M)));
  return builder.finish({builder.add_one("conv", layer, {x, weights, bias})});
}

Filters random_filters(Rng& rng) {
  Filters w{rng.between(4, 10), rng.between(4, 10), rng.between(2, 4), rng.between(2, 4), {}};
  w.numbers = bell(rng, w.count());
  return w;
}

/// Filters that the rule can take apart without error, with the rank that it needs.
Filters filters_of_low_rank(Rng& rng, const LowRank& rule) {
  Filters w = random_filters(rng);
  switch (rule.rule) {
    case LowRank::Rule::Separable:
      return multiplied(SeparableFactors{random_matrix(rng, 2, w.C * w.R), random_matrix(rng, w.M * w.S, 2)}, w);
    case LowRank::Rule::Depthwise:
      return multiplied(DepthwiseFactors{random_matrix(rng, w.C, w.R * w.S), random_matrix(rng, w.M, w.C)}, w);
    case LowRank::Rule::Tucker: {
      TuckerFactors factors{random_matrix(rng, w.M, 3), random_matrix(rng, w.C, 2), {3, 2, w.R, w.S, {}}};
      factors.core.numbers = bell(rng, factors.core.count());
      return multiplied(factors, w);
    }
    default:
      return multiplied(CpFactors{random_matrix(rng, w.M, 1), random_matrix(rng, w.C, 1), random_matrix(rng, w.R, 1),
                                  random_matrix(rng, w.S, 1)},
                        w);
  }
}

}  // namespace

TEST_CASE("singular values multiply to the matrix and fall, and their vectors are orthonormal") {
  for_random_cases(50, [](Rng& rng) {
    const Matrix matrix = random_matrix(rng, rng.between(1, 12), rng.between(1, 12));
    SingularValues found = singular_values(matrix);
    const Matrix left = product(transposed(found.left), found.left);
    const Matrix right = product(found.right, transposed(found.right));
    for (std::int64_t i = 0; i < left.rows; ++i) {
      for (std::int64_t j = 0; j < left.rows; ++j) {
        CHECK(std::abs(left(i, j) - (i == j ? 1.0 : 0.0)) < 1e-12);
        CHECK(std::abs(right(i, j) - (i == j ? 1.0 : 0.0)) < 1e-12);
      }
      CHECK((i == 0 || found.values[static_cast<std::size_t>(i)] <= found.values[static_cast<std::size_t>(i) - 1]));
      for (std::int64_t j = 0; j < matrix.columns; ++j) {
        found.right(i, j) *= found.values[static_cast<std::size_t>(i)];
      }
    }
    CHECK(largest_distance(product(found.left, found.right).numbers, matrix.numbers) < 1e-12);
  });
}

TEST_CASE("equations are solved") {
  for_random_cases(50, [](Rng& rng) {
    const Matrix b = random_matrix(rng, rng.between(1, 6), rng.between(1, 4));
    const Matrix tall = random_matrix(rng, 20, b.rows);
    const Matrix a = product(transposed(tall), tall);
    CHECK(largest_distance(product(a, solved(a, b)).numbers, b.numbers) < 1e-6);
  });
}

TEST_CASE("a layer of low rank is taken apart without error, and its parts compute what it did") {
  for (const LowRank& rule :
       {LowRank{.rule = LowRank::Rule::Separable, .rank = 2}, LowRank{.rule = LowRank::Rule::Depthwise},
        LowRank{.rule = LowRank::Rule::Tucker, .inputs = 2, .outputs = 3},
        LowRank{.rule = LowRank::Rule::Cp, .rank = 1, .rounds = 200}}) {
    CAPTURE(static_cast<int>(rule.rule));
    for_random_cases(15, [&](Rng& rng) {
      const Filters w = filters_of_low_rank(rng, rule);
      const Network network = convolution(rng, w);
      NetworkEditor editor(network);
      double error = 1.0;
      try {
        error = factorise(editor, 0, rule);
      } catch (const InputError& fault) {
        CHECK(std::string(fault.what()).find("ask for a lower rank") != std::string::npos);  // a tiny layer
        return;
      }
      CHECK(error < 1e-8);
      const Network changed = editor.finish();
      const auto input = bell(rng, w.C * 72);
      const auto wanted = outputs_of(network, input);
      CHECK(largest_distance(wanted, outputs_of(changed, input)) < 2e-3 * (1.0 + std::abs(wanted.front())));
      CHECK(stored_bits(changed).total() < stored_bits(network).total());
      CHECK(parse_onnx(onnx_bytes(changed), "m.onnx") == changed);
    });
  }
}

TEST_CASE("a factor of a random layer is the nearest of its rank: no other share of singular values is lost") {
  for_random_cases(30, [](Rng& rng) {
    const Network network = perceptron({bell(rng, 9), bell(rng, 9), bell(rng, 9), bell(rng, 9), bell(rng, 9)});
    const Weights weights = read_weights(network, weight_places(network, 0).front());
    Matrix w(5, 9);
    w.numbers = weights.numbers;
    const auto values = singular_values(w).values;
    double lost = 0.0;
    double all = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all += values[i] * values[i];
      lost += i >= 2 ? values[i] * values[i] : 0.0;
    }
    NetworkEditor editor(network);
    CHECK(factorise(editor, 0, {.rank = 2}) == doctest::Approx(lost / all));
    const auto input = bell(rng, 9);
    CHECK(outputs_of(editor.finish(), input).size() == 5);
  });
}

TEST_CASE("CP of rank 8 is found again, and of rank 256 has 4.45 times fewer weights of 256×256×3×3") {
  Rng rng(3);
  Filters w{16, 12, 3, 3, {}};
  w = multiplied(CpFactors{random_matrix(rng, 16, 8), random_matrix(rng, 12, 8), random_matrix(rng, 3, 8),
                           random_matrix(rng, 3, 8)},
                 w);
  double best = 1.0;
  for (int start = 0; start < 5;
       ++start) {  // alternating least squares may end in a swamp; one of a few starts does not
    best = std::min(best, relative_error(w.numbers, multiplied(cp_factors(w, 8, 2000, rng), w).numbers));
  }
  CHECK(best < 1e-4);
  CHECK(256.0 * 256.0 * 9.0 / (256.0 * (256.0 + 256.0 + 3.0 + 3.0)) == doctest::Approx(4.45).epsilon(0.001));
}

TEST_CASE("ranks follow from the share of squared singular values that is kept") {
  CHECK(rank_for({3.0, 2.0, 1.0}, 0.9) == 2);  // 13 of 14
  CHECK(rank_for({3.0, 2.0, 1.0}, 0.95) == 3);
  CHECK(rank_for({0.0, 0.0}, 0.9) == 1);
}

TEST_CASE("factors that would save nothing, and ranks that there are not, are refused") {
  const Network network = perceptron({{1.0, 2.0}, {3.0, 4.0}});
  NetworkEditor editor(network);
  CHECK_THROWS_WITH_AS(factorise(editor, 0, {.rank = 2}),
                       "its factors would have 8 weights and it has 4; ask for a lower rank or share", InputError);
  CHECK_THROWS_WITH_AS(factorise(editor, 0, {.rank = 3}),
                       "its weights have a rank of at most 2, below the 3 that are asked for", InputError);
  CHECK(!can_factorise(network, 0, {.rule = LowRank::Rule::Cp}));
  CHECK(can_factorise(network, 0, {}));
}

}  // namespace pj
