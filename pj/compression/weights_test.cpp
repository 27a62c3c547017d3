#include "pj/compression/weights.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/compression/codebook.hpp"
#include "pj/compression/fixed_point.hpp"
#include "pj/compression/powers_of_two.hpp"
#include "pj/compression/signs.hpp"
#include "pj/compression/tied_weights.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Some coding of some weights, any kind and width.
CodedWeights random_codes(Rng& rng, const Weights& weights) {
  const auto pick = [&](std::int64_t low, std::int64_t high) { return static_cast<int>(rng.between(low, high)); };
  switch (rng.between(0, 6)) {
    case 0:
      return in_fixed_point(weights, {.bits = pick(1, 32), .per_channel = rng.chance(0.5)});
    case 1:
      return in_fixed_point(weights, {.bits = pick(1, 32), .affine = true});
    case 2:
      return as_signs(weights, {.rule = static_cast<Signs::Rule>(rng.between(0, 5))});
    case 3:
      return as_powers_of_two(weights, {.rule = static_cast<PowersOfTwo::Rule>(rng.between(0, 1)),
                                        .bits = pick(2, 8),
                                        .portion = rng.chance(0.5) ? 1.0 : 0.5});
    case 4:
      return with_codebook(weights, {.entries = pick(2, 300), .start = static_cast<Codebook::Start>(pick(0, 2))});
    case 5:
      return with_ties(weights, {.rule = TiedWeights::Rule::Hashed, .ratio = 1.0 + 8.0 * rng.uniform()});
    default:
      return {.format = parse_format(rng.chance(0.5) ? "bfloat16" : "float8e4m3"), .reals = weights.numbers};
  }
}

}  // namespace

TEST_CASE("the layers that decode weights give what the codes stand for, also after export and import") {
  for_random_cases(200, [](Rng& rng) {
    const Network network = random_perceptron(rng);
    const WeightPlace place = weight_places(network, rng.chance(0.5) ? 0 : 2).front();
    const Weights weights = read_weights(network, place);
    const CodedWeights codes = random_codes(rng, weights);
    CAPTURE(to_string(codes.format));
    NetworkEditor editor(network);
    replace_weights(editor, place, codes);
    const Network changed = editor.finish();
    const std::size_t node = node_index(changed, network.nodes[place.node].name);
    CHECK(read_weights(changed, weight_places(changed, node).front()).numbers == decoded(codes, weights));
    CHECK(parse_onnx(onnx_bytes(changed), "m.onnx") == changed);
  });
}

TEST_CASE("weights are found in every kind of layer that has some, and nowhere else") {
  NetworkBuilder builder("n");
  const ValueId x = builder.input("x", {1, 3, 8, 8});
  const ValueId conv = builder.add_one("conv", Convolution{}, {x, builder.weight("w", {4, 3, 3, 3})});
  const ValueId up = builder.add_one("up", Convolution{.transposed = true}, {conv, builder.weight("u", {4, 5, 3, 3})});
  const ValueId relu = builder.add_one("relu", Activation{}, {up});
  const ValueId flat = builder.add_one("flat", Reshape{{1, -1}}, {relu});
  const ValueId product = builder.add_one("product", MatMul{}, {flat, builder.weight("m", {320, 7})});
  const ValueId square = builder.add_one("square", MatMul{.transpose_b = true}, {product, product});
  const Network network = builder.finish({square});
  CHECK(weight_places(network, 0) == std::vector<WeightPlace>{{0, 1, 0}});
  CHECK(weight_places(network, 1) == std::vector<WeightPlace>{{1, 1, 1}});
  CHECK(weight_places(network, 2).empty());
  CHECK(weight_places(network, 4) == std::vector<WeightPlace>{{4, 1, 1}});
  CHECK(weight_places(network, 5).empty());
  CHECK_THROWS_WITH_AS(read_weights(network, weight_places(network, 0).front()),
                       "the elements of 'w' are not known; give a network with its weights, as .onnx", InputError);
}

TEST_CASE("weights that are not numbers are refused") {
  Network network = perceptron({{1.0, std::numeric_limits<double>::quiet_NaN()}});
  CHECK_THROWS_WITH_AS(read_weights(network, weight_places(network, 0).front()),
                       "the weights of node 'fc1' are not all finite numbers; train the network anew", InputError);
}

}  // namespace pj
