#include "pj/workload/nonzero.hpp"

#include <doctest/doctest.h>

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

}  // namespace

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
