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

TEST_CASE("least squares finds filters that are two small ones, and each round is nearer") {
  for_random_cases(20, [](Rng& rng) {
    const Filters w = multiplied(StackedFilters{filters_with(rng, 2, 3, 3), filters_with(rng, 4, 2, 3)});
    const auto error = [&](int rounds) {
      Rng own(1);
      return relative_error(w.numbers, multiplied(stacked_filters(w, 2, rounds, own)).numbers);
    };
    CHECK(error(5) <= error(1) + 1e-9);
    CHECK(error(300) < 0.01);
  });
}

TEST_CASE("a network with stacked filters computes what their product says, with strides and paddings") {
  for_random_cases(50, [](Rng& rng) {
    const Filters w = multiplied(StackedFilters{filters_with(rng, 1, 5, 3), filters_with(rng, 6, 1, 3)});
    const Network network = five_by_five(rng, w);
    const Compressed found = compress(network, rules_of("rules: [{stacked: {channels: 1, rounds: 300}}]"));
    CHECK(found.changes.front().error < 1e-6);
    const std::vector<double> input = bell(rng, w.C * 72);
    const auto wanted = outputs_of(network, input);
    const auto got = outputs_of(found.network, input);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(std::abs(wanted[i] - got[i]) < 0.05);
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
