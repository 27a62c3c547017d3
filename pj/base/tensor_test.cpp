#include "pj/base/tensor.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <stdexcept>

namespace pj {

TEST_CASE("a view finds the elements of a row-major tensor by their indices") {
  Tensor<int, 4> tensor({2, 3, 4, 5});
  std::iota(tensor.elements().begin(), tensor.elements().end(), 0);
  const TensorView<int, 4> view = tensor.view();
  int next = 0;
  for (int n = 0; n < 2; ++n) {
    for (int c = 0; c < 3; ++c) {
      for (int h = 0; h < 4; ++h) {
        for (int w = 0; w < 5; ++w) {
          CHECK(view(n, c, h, w) == next);
          CHECK(tensor(n, c, h, w) == next++);
        }
      }
    }
  }
}

TEST_CASE("what is written through a view stands in its tensor, and a view of constants reads it") {
  Tensor<float, 2> tensor({2, 2});
  tensor.view()(1, 0) = 3.0F;
  const TensorView<const float, 2> constant = tensor.view();
  CHECK(constant(1, 0) == 3.0F);
  CHECK(constant(0, 1) == 0.0F);
  CHECK(constant.shape() == Shape<2>{2, 2});
  static_assert(!std::is_convertible_v<TensorView<const float, 2>, TensorView<float, 2>>);
}

TEST_CASE("a tensor starts at a cache line") {
  for (const std::int64_t size : {1, 7, 100}) {
    const Tensor<float, 1> tensor({size});
    CHECK(reinterpret_cast<std::uintptr_t>(tensor.elements().data()) % 64 == 0);
  }
}

TEST_CASE("a tensor with an empty axis has no elements") {
  const Tensor<float, 3> tensor({4, 0, 2});
  CHECK(tensor.elements().empty());
}

TEST_CASE("a view whose shape does not fit its elements is refused") {
  std::array<float, 5> numbers{};
  using View = TensorView<float, 2>;
  CHECK_THROWS_AS(View(numbers, {2, 3}), std::logic_error);
  CHECK_THROWS_AS(View(numbers, {-1, -5}), std::logic_error);
  CHECK_THROWS_AS(View(numbers, {std::numeric_limits<std::int64_t>::max(), 4}), std::logic_error);
}

}  // namespace pj
