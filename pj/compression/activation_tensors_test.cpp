#include "pj/compression/activation_tensors.hpp"

#include <doctest/doctest.h>

#include "pj/compression/compress.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/integers/integer_network.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// A block of an Inception network with normalisation: two branches, one of them behind a pooling, joined.
Network joined_branches(std::uint64_t seed) {
  NetworkBuilder builder("branches");
  const auto conv = [&](const std::string& name, ValueId x, std::int64_t C, std::int64_t M) {
    const ValueId sum = builder.add_one(name, Convolution{}, {x, builder.weight(name + "/w", {M, C, 1, 1})});
    const auto each = [&](const std::string& what) { return builder.weight(name + what, {M}); };
    const ValueId normal =
        builder.add_one(name + "/bn", BatchNormalization{}, {sum, each("/g"), each("/b"), each("/m"), each("/v")});
    return builder.add_one(name + "/relu", Activation{}, {normal});
  };
  const ValueId first = conv("first", builder.input("x", {1, 3, 6, 6}), 3, 8);
  const ValueId pooled = builder.add_one("pool", Pooling{.kernel = {1, 1}, .stride = {1, 1}}, {first});
  const ValueId joined = builder.add_one("join", Concat{1}, {conv("left", first, 8, 4), conv("right", pooled, 8, 4)});
  return with_random_weights(builder.finish({conv("last", joined, 8, 2)}), seed);
}

Observations observed_once(const Network& network) {
  Observations seen;
  const Plan plan(network, {.watched = true});
  plan.run(random_inputs(network), [&](ValueId id, const Constant& t) { seen.add(plan.network(), id, t); });
  return seen;
}

}  // namespace

TEST_CASE("folding normalisation keeps what a network computes and leaves none") {
  for_random_cases(20, [](Rng& rng) {
    const Network network = joined_branches(static_cast<std::uint64_t>(rng.between(1, 1000)));
    const Network folded = compress(network, rules_of("rules: [{fold: {}}]")).network;
    for (const Node& node : folded.nodes) {
      CHECK(!std::holds_alternative<BatchNormalization>(node.layer));
    }
    const auto input = random_inputs(network);
    const auto expected = numbers_of<double>(Plan(network).run(input).front());
    const auto found = numbers_of<double>(Plan(folded).run(input).front());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
    }
  });
}

TEST_CASE("what is pooled or joined shares a scale, and only what makes the output stays in reals") {
  const Network network = compress(joined_branches(1), rules_of("rules: [{fold: {}}]")).network;
  const SharedTensors tensors = activation_tensors(network);
  CHECK(tensors.groups.size() == 3);  // the input, what is pooled, what is joined
  const Compressed quantised =
      compress(network, rules_of("rules: [{fixed_point: {per_channel: true}}, {activations: {tensors: all}}]"),
               {.observe = observed_once});
  const IntegerNetwork integers = find_integers(quantised.network);
  CHECK(integers.groups.size() == 5);  // three convolutions, the pooling and the join
}

TEST_CASE("all tensors are quantised in the whole network or not at all") {
  CHECK_THROWS_WITH_AS(compress(joined_branches(1), rules_of("rules: [{activations: {tensors: all}, layers: first}]"),
                                {.observe = observed_once}),
                       doctest::Contains("leave layers, kinds and except out"), InputError);
}

}  // namespace pj
