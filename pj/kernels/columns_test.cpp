#include "pj/kernels/columns.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "pj/kernels/toeplitz.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

std::vector<double> random_whole_numbers(Rng& rng, std::size_t count) {
  std::vector<double> numbers(count);
  std::ranges::generate(numbers, [&] { return static_cast<double>(rng.between(-99, 99)); });
  return numbers;
}

/// One group of a random convolution, as a convolution of its own.
ConvShape random_group(Rng& rng) {
  ConvShape s = random_conv(rng);
  s.C = s.group_C();
  s.M = s.group_M();
  s.N = s.groups = 1;
  return s;
}

}  // namespace

TEST_CASE("the columns of an image are the Toeplitz matrix, and adding them back is its adjoint") {
  for_random_cases(200, [](Rng& rng) {
    const ConvShape s = random_group(rng);
    const ProductShape shape = toeplitz_product(s);
    const auto image = random_whole_numbers(rng, static_cast<std::size_t>(s.C * s.H * s.W));
    const std::vector<double> weights(static_cast<std::size_t>(element_count(s.weights())));
    Tensor<double, 2> wanted({shape.K, shape.N});
    Tensor<double, 4> unused(s.output());
    fill_toeplitz(ConvOperands<double>{s,
                                       {std::span<const double>(image), s.input()},
                                       {std::span<const double>(weights), s.weights()},
                                       unused.view()},
                  0, 0, wanted.view());
    std::vector<double> columns(static_cast<std::size_t>(shape.K * shape.N), 7.0);
    image_to_columns(s, std::span<const double>(image), std::span<double>(columns));
    CHECK(std::ranges::equal(columns, wanted.elements()));

    const auto other = random_whole_numbers(rng, columns.size());
    std::vector<double> back(image.size(), 0.0);
    add_columns_to_image(s, std::span<const double>(other), std::span<double>(back));
    CHECK(std::inner_product(columns.begin(), columns.end(), other.begin(), 0.0) ==
          std::inner_product(image.begin(), image.end(), back.begin(), 0.0));
  });
}

}  // namespace pj
