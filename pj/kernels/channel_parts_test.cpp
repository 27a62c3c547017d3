#include "pj/kernels/channel_parts.hpp"

#include <doctest/doctest.h>

#include "pj/kernels/prepared.hpp"
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
    const auto prepare = rng.chance(0.5) ? prepare_direct : prepare_im2col;
    const PreparedConv whole = prepare(shape, weights.elements(), epilogue);
    const PreparedConv parts = in_channel_parts(shape, weights.elements(), epilogue, {}, prepare);
    CHECK(parts.parts == (shape.M % 128 == 0 ? 4 : shape.M % 64 == 0 ? 2 : 1));
    Buffer<float> workspace(static_cast<std::size_t>(std::max(whole.all_workspace(), parts.all_workspace())));
    const auto expected = run_planar(whole, shape, input.view(), workspace, residual.view());
    const auto found = run_planar(parts, shape, input.view(), workspace, residual.view());
    for (std::size_t i = 0; i < expected.elements().size(); ++i) {
      CHECK(found.elements()[i] == doctest::Approx(expected.elements()[i]).epsilon(1e-5).scale(1.0));
    }
  });
}

TEST_CASE("batches, groups, few channels, and parts of another layout are left whole") {
  const ConvShape shape{.C = 4, .M = 64, .H = 3, .W = 3};
  const Buffer<float> weights(256, 1.0F);
  const auto parts = [&](ConvShape other, const ConvLayouts& layouts) {
    return in_channel_parts(other, weights, {}, layouts, prepare_direct).parts;
  };
  CHECK(parts(shape, {}) == 2);
  CHECK(parts(shape, {Layout::Blocked, Layout::Planar}) == 1);
  CHECK(parts({.C = 4, .M = 48, .H = 3, .W = 3}, {}) == 1);
  CHECK(parts({.N = 2, .C = 4, .M = 64, .H = 3, .W = 3}, {}) == 1);
  CHECK(parts({.C = 8, .M = 64, .H = 3, .W = 3, .groups = 2}, {}) == 1);
}

}  // namespace pj
