#include "pj/compression/stacked_filters.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/compression/compress.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Filters filters_with(Rng& rng, std::int64_t outputs, std::int64_t inputs, std::int64_t side) {
  Filters filters{outputs, inputs, side, side, {}};
  filters.numbers = bell(rng, filters.count());
  return filters;
}

Network five_by_five(Rng& rng, const Filters& w) {
  NetworkBuilder builder("n");
  Convolution layer{.stride = {rng.between(1, 2), rng.between(1, 2)}, .dilation = {1, 1}};
  layer.pad_begin = {rng.between(0, 2), rng.between(0, 2)};
  layer.pad_end = {rng.between(0, 2), rng.between(0, 2)};
  const ValueId x = builder.input("x", {1, w.C, 9, 8});
  const ValueId weights = builder.constant("w", real_constant({w.M, w.C, 5, 5}, w.numbers));
  const ValueId bias = builder.constant("b", real_constant({w.M}, bell(rng, w.M)));
  return builder.finish({builder.add_one("conv", layer, {x, weights, bias})});
}

}  // namespace

TEST_CASE("two small filters multiply to what two loops over their places say") {
  for_random_cases(50, [](Rng& rng) {
    const StackedFilters stacked{filters_with(rng, 2, 3, 3), filters_with(rng, 4, 2, 3)};
    const Filters found = multiplied(stacked);
    const std::int64_t m = rng.between(0, 3);
    const std::int64_t c = rng.between(0, 2);
    std::vector<double> sums(25);
    for (std::int64_t k = 0; k < 2; ++k) {
      for (std::int64_t a = 0; a < 9; ++a) {
        for (std::int64_t b = 0; b < 9; ++b) {
          sums[static_cast<std::size_t>((a / 3 + b / 3) * 5 + a % 3 + b % 3)] +=
              stacked.first(k, c, a / 3, a % 3) * stacked.last(m, k, b / 3, b % 3);
        }
      }
    }
    for (std::int64_t i = 0; i < 25; ++i) {
      CHECK(found(m, c, i / 5, i % 5) == doctest::Approx(sums[static_cast<std::size_t>(i)]));
    }
  });
}

TEST_CASE("least squares comes nearer with each round, and finds filters that are two small ones from some start") {
  for_random_cases(20, [](Rng& rng) {
    const Filters w = multiplied(StackedFilters{filters_with(rng, 2, 3, 3), filters_with(rng, 4, 2, 3)});
    const auto error = [&](int rounds, std::uint64_t start) {
      Rng own(start);
      return relative_error(w.numbers, multiplied(stacked_filters(w, 2, rounds, own)).numbers);
    };
    CHECK(error(5, 1) <= error(1, 1) + 1e-9);
    CHECK(error(50, 1) <= error(5, 1) + 1e-9);
    double best = 1.0;
    for (std::uint64_t start = 1; start <= 6 && best >= 0.01; ++start) {
      best = std::min(best, error(300, start));
    }
    CHECK(best < 0.01);
  });
}

TEST_CASE("a network with stacked filters computes what their product says, with strides and paddings") {
  for_random_cases(50, [](Rng& rng) {
    const Filters w = filters_with(rng, 6, 5, 5);
    const Network network = five_by_five(rng, w);
    const Network found = compress(network, rules_of("rules: [{stacked: {channels: 2}}]")).network;
    const auto half = [&](const std::string& layer) {
      const Weights weights = read_weights(found, weight_places(found, node_index(found, layer)).front());
      return Filters{weights.shape[0], weights.shape[1], 3, 3, weights.numbers};
    };
    const std::vector<double> product = multiplied(StackedFilters{half("conv/1"), half("conv")}).numbers;
    Network whole = network;
    whole.values[whole.nodes.front().inputs[1]].data = real_constant({6, 5, 5, 5}, product);
    const std::vector<double> input = bell(rng, w.C * 72);
    const auto wanted = outputs_of(whole, input);
    const auto got = outputs_of(found, input);
    REQUIRE(wanted.size() == got.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(got[i] == doctest::Approx(wanted[i]).epsilon(1e-3));
    }
  });
}

TEST_CASE("only filters of 5 × 5 are stacked") {
  Rng rng(1);
  const Network network = random_convnet(rng);
  CHECK(input_fault([&] {
          compress(network, rules_of("rules: [{stacked: {}, layers: conv1}]"));
        }).find("that stacked takes apart") != std::string::npos);
}

}  // namespace pj
