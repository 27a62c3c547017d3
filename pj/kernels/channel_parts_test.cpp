#include "pj/kernels/channel_parts.hpp"

#include <doctest/doctest.h>

#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

TEST_CASE("a convolution in parts of some output channels each gives what it gives as a whole") {
  for_random_cases(40, [](Rng& rng) {
    ConvShape shape = random_conv(rng);
    shape.N = shape.groups = 1;
    shape.C = rng.between(1, 20);
    shape.M = 32 * rng.between(1, 5);
    const auto input = random_real(rng, shape.input());
    const auto weights = random_real(rng, shape.weights());
    const auto residual = random_real(rng, shape.output());
    Epilogue epilogue{.residual = rng.chance(0.5)};
    const auto bias = random_real<1>(rng, {shape.M});
    epilogue.bias.assign(bias.elements().begin(), bias.elements().end());
    for (const char* name : {"im2col", "oneDNN"}) {
      const ConvAlgorithm& algorithm = conv_algorithm(name);
      if (!algorithm.can_run(shape)) {
        continue;
      }
      CAPTURE(name);
      const PreparedConv whole = algorithm.prepare(shape, weights.elements(), epilogue);
      const PreparedConv parts = in_channel_parts(algorithm, shape, weights.elements(), epilogue);
      CHECK(parts.weights >= whole.weights);
      Buffer<float> workspace(static_cast<std::size_t>(std::max(whole.all_workspace(), parts.all_workspace())));
      const auto expected = run_planar(whole, shape, input.view(), workspace, residual.view());
      const auto found = run_planar(parts, shape, input.view(), workspace, residual.view());
      for (std::size_t i = 0; i < expected.elements().size(); ++i) {
        CHECK(found.elements()[i] == doctest::Approx(expected.elements()[i]).epsilon(1e-4).scale(1.0));
      }
    }
  });
}

TEST_CASE("batches, groups, and few channels are left whole") {
  const Buffer<float> weights(4 * 512, 1.0F);
  const auto parts = [&](const ConvShape& shape) {
    const auto count = static_cast<std::size_t>(element_count(shape.weights()));
    return in_channel_parts(conv_algorithm("im2col"), shape, std::span(weights).first(count), {}).parts;
  };
  CHECK(parts({.C = 4, .M = 512, .H = 3, .W = 3}) == 4);
  CHECK(parts({.C = 4, .M = 64, .H = 3, .W = 3}) == 2);
  CHECK(parts({.C = 4, .M = 48, .H = 3, .W = 3}) == 1);
  CHECK(parts({.C = 4, .M = 32, .H = 3, .W = 3}) == 1);
  CHECK(parts({.N = 2, .C = 4, .M = 64, .H = 3, .W = 3}) == 1);
  CHECK(parts({.C = 8, .M = 64, .H = 3, .W = 3, .groups = 2}) == 1);
}

}  // namespace pj
