#include "pj/kernels/strassen.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

TEST_CASE("Strassen's product of whole numbers is the product, at any size and number of levels") {
  for_random_cases(100, [](Rng& rng) {
    const ProductShape shape{rng.between(1, 20), rng.between(1, 20), rng.between(1, 20)};
    const auto a = random_whole<std::int64_t, 2>(rng, {shape.M, shape.K});
    const auto b = random_whole<std::int64_t, 2>(rng, {shape.K, shape.N});
    Tensor<std::int64_t, 2> expected({shape.M, shape.N});
    Tensor<std::int64_t, 2> product({shape.M, shape.N});
    matrix_product<std::int64_t>(a.view(), b.view(), expected.view());
    for (int levels = 0; levels < 4; ++levels) {
      strassen<std::int64_t>(a.view(), b.view(), product.view(), levels, matrix_product<std::int64_t>);
      CHECK((product == expected));
    }
  });
}

TEST_CASE("each level takes 7/8 of the multiplications of even halves") {
  const std::int64_t all = strassen_operations({64, 32, 16}, 0).multiplications;
  CHECK(all == 64 * 32 * 16);
  CHECK(strassen_operations({64, 32, 16}, 1).multiplications * 8 == all * 7);
  CHECK(strassen_operations({64, 32, 16}, 3).multiplications * 512 == all * 343);
}

}  // namespace pj
