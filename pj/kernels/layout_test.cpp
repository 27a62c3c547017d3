#include "pj/kernels/layout.hpp"

#include <doctest/doctest.h>

#include <numeric>

namespace pj {

TEST_CASE("a map comes back from every layout, and blocks are filled up with zeros") {
  Tensor<float, 4> map({2, 19, 3, 2});
  std::iota(map.elements().begin(), map.elements().end(), 1.0F);
  const float sum = std::accumulate(map.elements().begin(), map.elements().end(), 0.0F);
  for (const auto& [layout, channels] :
       {std::pair{Layout::Planar, 19}, {Layout::Blocked, 32}, {Layout::Blocked8, 24}}) {
    const Buffer<float> numbers = from_planar(map.view(), layout);
    CHECK(layout_size(map.shape(), layout) == 2 * channels * 3 * 2);
    CHECK(static_cast<std::int64_t>(numbers.size()) == layout_size(map.shape(), layout));
    CHECK((to_planar(numbers, map.shape(), layout) == map));
    CHECK(std::accumulate(numbers.begin(), numbers.end(), 0.0F) == sum);
  }
}

TEST_CASE("channel 17 at row 1 and column 0 stands in the second block of 16 behind the place's 16 numbers") {
  Tensor<float, 4> map({1, 19, 3, 2});
  map(0, 17, 1, 0) = 5.0F;
  CHECK(from_planar(map.view(), Layout::Blocked)[static_cast<std::size_t>((6 + 2) * 16 + 1)] == 5.0F);
}

}  // namespace pj
