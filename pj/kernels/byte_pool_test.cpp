#include "pj/kernels/byte_pool.hpp"

#include "pj/base/tensor.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

TEST_CASE("pooling of bytes of every instruction set equals its definition to the last bit") {
  for_random_cases(100, [](Rng& rng) {
    BytePool pool{.shape = random_conv(rng), .is_average = rng.chance(0.5), .input_zero = rng.between(0, 255)};
    ConvShape& s = pool.shape;
    s.groups = s.C = s.M = rng.between(1, 150);
    pool.count_padding = rng.chance(0.3);
    const std::int64_t zero = rng.between(0, 255);
    for (std::int64_t count = 1; count <= (pool.is_average ? s.R * s.S : 1); ++count) {
      pool.results.push_back({fixed_point((0.5 + rng.uniform()) / static_cast<double>(count)), zero, 10, 250});
    }
    Buffer<std::uint8_t> input(static_cast<std::size_t>(s.N * s.H * s.W * s.C + byte_slack));
    std::ranges::generate(input, [&] { return static_cast<std::uint8_t>(rng.between(0, 255)); });
    std::vector<std::uint8_t> expected;
    for (std::int64_t i = 0; i < s.N * s.P() * s.Q() * s.C; ++i) {
      const Shape<4> at{i / s.C / s.Q() / s.P(), i % s.C, i / s.C / s.Q() % s.P(), i / s.C % s.Q()};
      expected.push_back(static_cast<std::uint8_t>(byte_pool_result(pool, input, at)));
    }
    for (const ByteKernels* kernels : byte_kernels()) {
      CAPTURE(kernels->name);
      const PreparedByteLayer prepared = prepare_pool(*kernels, pool);
      Buffer<std::uint8_t> workspace(static_cast<std::size_t>(prepared.workspace), 0xbb);
      std::vector<std::uint8_t> output(expected.size());
      prepared.run(input.data(), output.data(), workspace.data());
      CHECK(output == expected);
    }
  });
}

}  // namespace pj
