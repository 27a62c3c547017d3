#include "pj/workload/nonzero.hpp"

#include <doctest/doctest.h>

#include "tests/support/random_cases.hpp"
#include "tests/support/random_zeros.hpp"

namespace pj {

namespace {

Mask all_but_the_first(const Workload& workload, std::size_t tensor) {
  Mask mask{.shape = operand_shape(workload, tensor)};
  std::int64_t elements = 1;
  for (const std::int64_t size : mask.shape) {
    elements *= size;
  }
  mask.is_nonzero.assign(static_cast<std::size_t>(elements), true);
  mask.is_nonzero.front() = false;
  return mask;
}

Mask random_mask(Rng& rng, const Workload& workload, std::size_t tensor) {
  Mask mask{.shape = operand_shape(workload, tensor)};
  std::int64_t elements = 1;
  for (const std::int64_t size : mask.shape) {
    elements *= size;
  }
  for (std::int64_t i = 0; i < elements; ++i) {
    mask.is_nonzero.push_back(rng.chance(workload.tensors[tensor].density));
  }
  return mask;
}

}  // namespace

TEST_CASE("the expected non-zero MACs are the mean over random masks") {
  for_random_cases(40, [](Rng& rng) {
    const std::int64_t M = rng.between(1, 3);
    const std::int64_t C = rng.between(1, 4);
    Workload workload = einsum("O[m,p] += I[c,2*p+r] * W[m,c,r]",
                               {{"M", M}, {"C", C}, {"P", rng.between(1, 5)}, {"R", rng.between(1, 3)}});
    workload.tensors[0].density = rng.uniform();
    workload.tensors[1].density = rng.uniform();
    const SampleMean counted = sample_mean(600, [&] {
      const Mask inputs = random_mask(rng, workload, 0);
      return static_cast<double>(nonzero_macs(workload, inputs, random_mask(rng, workload, 1)));
    });
    CAPTURE(to_string(workload));
    constexpr double errors = 5.0;
    CHECK(std::abs(expected_nonzero_macs(workload) - counted.mean) <= errors * counted.error + 0.02);
  });
}

TEST_CASE("as matrices weights have a row for each filter, and inputs one for each image and group") {
  const Workload conv = einsum("O[n,g,m,p,q] += I[n,g,c,p+r,q+s] * W[g,m,c,r,s]",
                               {{"N", 2}, {"G", 3}, {"M", 5}, {"C", 7}, {"P", 4}, {"Q", 4}, {"R", 3}, {"S", 3}});
  CHECK((matrix_shape(conv, 0) == MatrixShape{6, 7 * 36}));
  CHECK((matrix_shape(conv, 1) == MatrixShape{15, 63}));
  CHECK((matrix_shape(conv, 2) == MatrixShape{2 * 3 * 5 * 4, 4}));
}

TEST_CASE("a zero weight saves a MAC for each output that it feeds, a zero input one for each window") {
  const Workload conv = einsum("O[m,p] += I[c,2*p+r] * W[m,c,r]", {{"M", 3}, {"C", 2}, {"P", 5}, {"R", 3}});
  CHECK(operand_shape(conv, 0) == std::vector<std::int64_t>{2, 11});
  const Mask inputs = all_but_the_first(conv, 0);
  const Mask weights = all_but_the_first(conv, 1);
  CHECK(inputs.count() == 21);
  // The first input is seen by the first window only, by 3 filters; the first weight by 5 windows; one MAC has both.
  CHECK(nonzero_macs(conv, inputs, weights) == 3 * 2 * 5 * 3 - 3 - 5 + 1);
  CHECK(walk_nonzero_macs(conv, inputs, weights) == 3 * 2 * 5 * 3 - 3 - 5 + 1);
}

}  // namespace pj
