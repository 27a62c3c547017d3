#include "pj/mapping/count.hpp"

#include <doctest/doctest.h>

#include "pj/mapping/window.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

TEST_CASE("the size of a tile by formula equals the count of its positions") {
  for_random_cases(3000, [](Rng& rng) {
    const Workload workload = random_workload(rng, 9, 100000);
    std::vector<std::int64_t> extents;
    for (const Index& index : workload.indices) {
      extents.push_back(rng.between(1, index.size + 2));
    }
    CAPTURE(to_string(workload));
    for (std::size_t tensor = 0; tensor < workload.tensors.size(); ++tensor) {
      for (const bool boxes : {false, true}) {
        CHECK(tile_words(workload, tensor, extents, boxes) == words(workload, tensor, {extents, {}}, boxes));
      }
    }
  });
}

TEST_CASE("the rows under a strided window are counted once each") {
  const Workload conv1 = einsum("O[p] += I[4*p+r] * W[r]", {{"P", 55}, {"R", 11}});
  CHECK(tile_words(conv1, 0, {55, 11}) == 227);
  CHECK(tile_words(conv1, 0, {1, 11}) == 11);
  CHECK(tile_words(conv1, 0, {55, 1}) == 55);
  CHECK(tile_words(conv1, 0, {55, 1}, true) == 217);
}

}  // namespace pj
