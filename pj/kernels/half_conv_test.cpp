#include "pj/kernels/half_conv.hpp"

#include <doctest/doctest.h>

#include "pj/kernels/codes.hpp"
#include "pj/kernels/direct.hpp"
#include "pj/kernels/layout.hpp"
#include "pj/kernels/onednn_layers.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

/// Whole numbers from -8 to 8: bfloat16 has them, and their sums are exact in any order.
Tensor<float, 4> few_whole(Rng& rng, const Shape<4>& shape) {
  Tensor<float, 4> tensor(shape);
  std::ranges::generate(tensor.elements(), [&] { return static_cast<float>(rng.between(-8, 8)); });
  return tensor;
}

Epilogue random_end(Rng& rng, const ConvShape& shape, bool is_float) {
  Epilogue epilogue{.residual = !is_float && rng.chance(0.5),
                    .function = static_cast<Epilogue::Function>(rng.between(0, 2))};
  for (std::int64_t m = 0; m < shape.M && rng.chance(0.98); ++m) {
    epilogue.bias.push_back(static_cast<float>(rng.between(-50, 50)));
  }
  epilogue.bias.resize(epilogue.bias.empty() ? 0 : static_cast<std::size_t>(shape.M));
  epilogue.low = epilogue.function == Epilogue::Function::Leaky ? 0.5F : static_cast<float>(rng.between(-5, 1));
  epilogue.high = static_cast<float>(rng.between(1, 50));
  return epilogue;
}

Buffer<std::uint16_t> as_halves(const Buffer<float>& numbers) {
  Buffer<std::uint16_t> halves;
  for (const float number : numbers) {
    halves.push_back(to_bfloat16(number));
  }
  return halves;
}

Buffer<float> as_floats(const Buffer<std::uint16_t>& halves) {
  Buffer<float> numbers;
  for (const std::uint16_t half : halves) {
    numbers.push_back(from_bfloat16(half));
  }
  return numbers;
}

/// A convolution, what is added to it, and what it must give.
struct HalfCase {
  ConvShape shape;
  Tensor<float, 4> input, weights, residual, expected;
  Epilogue epilogue;
  bool is_float;

  HalfCase(Rng& rng, const ConvShape& of)
      : shape(of),
        input(few_whole(rng, of.input())),
        weights(few_whole(rng, of.weights())),
        residual(few_whole(rng, of.output())),
        expected(of.output()),
        is_float(rng.chance(0.3) && !(of.groups > 1)) {
    epilogue = random_end(rng, shape, is_float);
    conv_direct<float>({shape, input.view(), weights.view(), expected.view()});
    apply(epilogue, shape.output(), Layout::Planar, residual.elements(), expected.elements());
    for (float& number : expected.elements()) {
      number = is_float ? number : from_bfloat16(to_bfloat16(number));
    }
  }

  void check(const PreparedHalf& conv) const {
    const Layout maps = conv.input == HalfInput::Row ? Layout::Planar : Layout::Blocked;
    const Buffer<float> reals = from_planar(input.view(), conv.input == HalfInput::Planes ? Layout::Planar : maps);
    const Buffer<std::uint16_t> halves = as_halves(reals);
    Buffer<float> floats = from_planar(residual.view(), maps);
    Buffer<std::uint16_t> stored = as_halves(floats);  // the output takes the residual's place
    Buffer<std::byte> workspace(static_cast<std::size_t>(conv.workspace));
    const void* const given = conv.input == HalfInput::Planes ? static_cast<const void*>(reals.data()) : halves.data();
    HalfMemory memory{given, epilogue.residual ? stored.data() : nullptr,
                      is_float ? static_cast<void*>(floats.data()) : stored.data(), workspace.data()};
    const std::int64_t half = conv.parts / 2;  // parts in any order
    for (const auto& [first, last] : {std::pair{half, conv.parts}, std::pair{std::int64_t{0}, half}}) {
      memory.first = first;
      memory.last = last;
      conv.run(memory);
    }
    CHECK((to_planar(is_float ? floats : as_floats(stored), shape.output(), maps) == expected));
  }
};

ConvShape random_half_shape(Rng& rng) {
  ConvShape shape = random_conv(rng);
  if (rng.chance(0.2)) {
    shape = {.N = rng.between(1, 3), .C = 2 * rng.between(1, 60), .M = rng.between(1, 70)};
  } else if (rng.chance(0.3)) {
    shape.groups = shape.C = shape.M = rng.between(9, 40);
  } else if (shape.groups == 1 && rng.chance(0.5)) {
    shape.C = rng.between(9, 40);
    shape.M = rng.between(1, 90);
  }
  return shape;
}

}  // namespace

TEST_CASE("convolutions in bfloat16 of every instruction set are exact where every sum is, rounded once") {
  for_random_cases(300, [](Rng& rng) {
    const ConvShape shape = random_half_shape(rng);
    if (!half_can_run(shape)) {
      return;
    }
    CAPTURE(to_string(shape));
    const HalfCase one(rng, shape);
    for (const HalfKernels* kernels : half_kernels()) {
      CAPTURE(kernels->name);
      one.check(prepare_half(*kernels, shape, one.weights.elements(), one.epilogue, one.is_float));
    }
  });
}

TEST_CASE("sums in bfloat16 of real numbers stay within their bound") {
  for_random_cases(100, [](Rng& rng) {
    const ConvShape shape{.C = 2 * rng.between(1, 500), .M = 20};
    auto input = random_real(rng, shape.input());
    auto weights = random_real(rng, shape.weights());
    Buffer<std::uint16_t> halves;
    for (float& number : input.elements()) {
      halves.push_back(to_bfloat16(number));
      number = from_bfloat16(halves.back());
    }
    for (float& number : weights.elements()) {
      number = from_bfloat16(to_bfloat16(number));
    }
    for (const HalfKernels* kernels : half_kernels()) {
      std::vector<float> found(20);
      prepare_half(*kernels, shape, weights.elements(), {}, true).run({halves.data(), nullptr, found.data(), nullptr});
      for (std::int64_t m = 0; m < 20; ++m) {
        double exact = 0.0;
        for (std::int64_t c = 0; c < shape.C; ++c) {
          exact += static_cast<double>(input(0, c, 0, 0)) * static_cast<double>(weights(m, c, 0, 0));
        }
        CHECK(std::abs(static_cast<double>(found[static_cast<std::size_t>(m)]) - exact) <= half_error_bound(shape));
      }
    }
  });
}

TEST_CASE("oneDNN's bfloat16 convolutions take and leave the same forms") {
  for_random_cases(40, [](Rng& rng) {
    const ConvShape shape = random_half_shape(rng);
    if (!half_can_run(shape) || !onednn_half_can_run(shape) || half_kernels().front() != bf16_half_kernels()) {
      return;
    }
    CAPTURE(to_string(shape));
    const HalfCase one(rng, shape);
    one.check(prepare_onednn_half(shape, one.weights.elements(), one.epilogue, one.is_float));
  });
}

}  // namespace pj
