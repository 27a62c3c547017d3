#include <doctest/doctest.h>

#include <limits>

#include "tests/support/layers.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

/// The plain twin of a slice: steps through the axis and counts the positions that are on it.
std::int64_t walked(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  start += start < 0 ? size : 0;
  end += end < 0 ? size : 0;
  // What lies outside is cut off first, so that a step starts from the first or last element.
  start = step > 0 ? std::max<std::int64_t>(start, 0) : std::min(start, size - 1);
  std::int64_t count = 0;
  for (std::int64_t i = start; (step > 0 ? i < end : i > end) && i >= 0 && i < size; i += step) {
    ++count;
  }
  return count;
}

Slice slice(std::int64_t start, std::int64_t end, std::int64_t step = 1) {
  return {.starts = {start}, .ends = {end}, .axes = {0}, .steps = {step}};
}

}  // namespace

TEST_CASE("operands join along one axis") {
  CHECK(shape_of(Concat{}, {{1, 64, 28, 28}, {1, 128, 28, 28}, {1, 32, 28, 28}}) == Sizes{1, 224, 28, 28});
  CHECK(shape_of(Concat{.axis = -1}, {{2, 3}, {2, 0}}) == Sizes{2, 3});
  CHECK(refusal(Concat{}, {{1, 64, 28, 28}, {1, 64, 14, 14}}) ==
        "operand 1 is 1×64×14×14 beside 1×64×28×28; all axes but axis 1 must be equal");
  CHECK(refusal(Concat{}, {{1, 64}, {1}}) == "operand 1 is 1 beside 1×64; all axes but axis 1 must be equal");
  CHECK(refusal(Concat{.axis = 2}, {{1, 64}}) == "axis 2 of a tensor with 2 axes; the first is 0, the last -1");
}

TEST_CASE("the pieces of a split add up to the axis") {
  CHECK(shapes_of(Split{.axis = 1, .sizes = {2, 3, 0}}, {{4, 5}}) == std::vector<Sizes>{{4, 2}, {4, 3}, {4, 0}});
  CHECK(refusal(Split{.axis = 1, .sizes = {2, 2}}, {{4, 5}}) ==
        "its pieces have 4 in sum, its axis 5; they must be equal");
  CHECK(refusal(Split{.axis = 0}, {{0}}) == "its pieces have 0 in sum, its axis 0; they must be equal");
  CHECK(refusal(Split{.axis = 0, .sizes = {6, -1}}, {{5}}) ==
        "the shape -1 has a negative size or more than 2^62 elements; use sizes that fit a memory");
}

TEST_CASE("a slice takes what a walk along the axis meets") {
  for_random_cases(3000, [](Rng& rng) {
    const std::int64_t size = rng.between(0, 8);
    const std::int64_t start = rng.between(-12, 12);
    const std::int64_t end = rng.between(-12, 12);
    const std::int64_t step = rng.between(1, 4) * (rng.chance(0.5) ? 1 : -1);
    CAPTURE(size);
    CAPTURE(start);
    CAPTURE(end);
    CAPTURE(step);
    CHECK(shape_of(slice(start, end, step), {{size}}) == Sizes{walked(size, start, end, step)});
  });
}

TEST_CASE("a slice may end as far out as 64 bits reach") {
  CHECK(shape_of(slice(0, highest), {{8}}) == Sizes{8});
  CHECK(shape_of(slice(highest, lowest, -1), {{8}}) == Sizes{8});
  CHECK(shape_of(slice(-1, lowest, lowest), {{8}}) == Sizes{1});
  CHECK(shape_of(slice(lowest, highest, highest), {{8}}) == Sizes{1});
}

TEST_CASE("a slice without axes cuts the first ones") {
  CHECK(shape_of(Slice{.starts = {1, 1}, .ends = {3, 2}}, {{4, 4, 4}}) == Sizes{2, 1, 4});
  CHECK(refusal(Slice{.starts = {1, 1}, .ends = {3}}, {{4, 4}}) ==
        "its starts, ends, axes and steps differ in number; give one of each for every axis");
  CHECK(refusal(slice(0, 4, 0), {{4}}) == "a step of 0; it must be positive or negative");
  CHECK(refusal(Slice{.starts = {0, 0}, .ends = {1, 1}, .axes = {1, -1}}, {{4, 4}}) ==
        "axis -1 is named twice; name each axis once");
}

TEST_CASE("padding adds elements and negative padding crops") {
  CHECK(shape_of(Pad{.begin = {0, 0, 1, 2}, .end = {0, 0, 3, -1}}, {{1, 3, 8, 8}}) == Sizes{1, 3, 12, 9});
  CHECK(refusal(Pad{.begin = {1}, .end = {1}}, {{4, 4}}) ==
        "its padding has 1 entry; the input has 2 axes, so give one for each");
  CHECK(refusal(Pad{.begin = {-3}, .end = {-2}}, {{4}}) == "it crops more than the 4 elements of axis 0; crop less");
  CHECK(refusal(Pad{.begin = {highest}, .end = {0}}, {{4}}) ==
        "a size of 4 + 9223372036854775807 does not fit 64 bits; use sizes that fit a memory");
  CHECK(refusal(Pad{.mode = Pad::Mode::Reflect, .begin = {4}, .end = {0}}, {{4}}) ==
        "a padding of 4 copied from an axis of 4; it must be less than the axis");
  CHECK(shape_of(Pad{.mode = Pad::Mode::Edge, .begin = {4}, .end = {9}}, {{1}}) == Sizes{14});
  CHECK(refusal(Pad{.mode = Pad::Mode::Wrap, .begin = {1}, .end = {0}}, {{0}}) ==
        "a padding of 1 copied from an axis of 0; it must be less than the axis");
}

TEST_CASE("a reshape keeps the elements") {
  CHECK(shape_of(Reshape{.shape = {0, -1}}, {{2, 256, 6, 6}}) == Sizes{2, 9216});
  CHECK(shape_of(Reshape{.shape = {}}, {{1, 1}}) == Sizes{});
  CHECK(shape_of(Reshape{.shape = {3, 4, -1}}, {{0, 3, 4}}) == Sizes{3, 4, 0});
  CHECK(refusal(Reshape{.shape = {4, 4}}, {{3, 5}}) ==
        "an input of 3×5 does not have the elements of 4×4; use a shape with as many, or one -1");
  CHECK(refusal(Reshape{.shape = {4, -1}}, {{3, 5}}) ==
        "3×5 has 15 elements, which do not fill 4×-1; use sizes whose product divides them");
  for (const Sizes& shape : {Sizes{-1, -1}, Sizes{-2}, Sizes{3, 5, 0}}) {
    CHECK(refusal(Reshape{.shape = shape}, {{3, 5}}) ==
          "the shape " + shape_text(shape) +
              " for an input of 3×5; use sizes, 0 for an axis of the input and at most one -1");
  }
  CHECK(refusal(Reshape{.shape = {0, -1}}, {{0, 5}}) ==
        "0×5 has 0 elements, which do not fill 0×-1; use sizes whose product divides them");
  CHECK(refusal(Reshape{.shape = {highest, highest}}, {{3, 5}}) ==
        "a size of 9223372036854775807 · 9223372036854775807 does not fit 64 bits; use sizes that fit a memory");
}

TEST_CASE("a transpose permutes all axes") {
  CHECK(shape_of(Transpose{.permutation = {0, 3, 1, 2}}, {{1, 224, 112, 3}}) == Sizes{1, 3, 224, 112});
  CHECK(refusal(Transpose{.permutation = {0, 1}}, {{1, 2, 3}}) ==
        "its permutation has 2 entries; the input has 3 axes, so give one for each");
  CHECK(refusal(Transpose{.permutation = {0, 0}}, {{1, 2}}) == "axis 0 is named twice; name each axis once");
}

TEST_CASE("a resize gives the shape that it asks for") {
  CHECK(shape_of(Resize{.sizes = {1, 3, 16, 20}, .scales = {1, 1, 2, 2.5F}}, {{1, 3, 8, 8}}) == Sizes{1, 3, 16, 20});
  CHECK(refusal(Resize{.sizes = {16, 16}}, {{1, 3, 8, 8}}) ==
        "its size has 2 entries; the input has 4 axes, so give one for each");
  CHECK(refusal(Resize{.sizes = {1, 3, 16, 16}, .scales = {2}}, {{1, 3, 8, 8}}) ==
        "it has 1 scale; give one for each axis or none");
  CHECK(refusal(Resize{.sizes = {1, -16}}, {{1, 3}}) ==
        "the shape 1×-16 has a negative size or more than 2^62 elements; use sizes that fit a memory");
}

TEST_CASE("an operand is repeated to a shape or a number of times") {
  CHECK(shape_of(Expand{.sizes = {2, 1, 6}}, {{3, 1}}) == Sizes{2, 3, 6});
  CHECK(shape_of(Expand{.kind = Expand::Kind::Tile, .sizes = {2, 3}}, {{3, 1}}) == Sizes{6, 3});
  CHECK(refusal(Expand{.kind = Expand::Kind::Tile, .sizes = {2}}, {{3, 1}}) ==
        "its repeat count has 1 entry; the input has 2 axes, so give one for each");
  CHECK(refusal(Expand{.kind = Expand::Kind::Tile, .sizes = {-2}}, {{3}}) ==
        "the shape -6 has a negative size or more than 2^62 elements; use sizes that fit a memory");
}

TEST_CASE("blocks of channels become space and back") {
  const Sizes packed{1, 36, 4, 5};
  const Sizes spread{1, 4, 12, 15};
  CHECK(shape_of(DepthToSpace{.block = 3}, {packed}) == spread);
  CHECK(shape_of(DepthToSpace{.block = 3, .inverse = true}, {spread}) == packed);
  CHECK(refusal(DepthToSpace{.block = 5}, {packed}) ==
        "blocks of 5 do not divide an input of 1×36×4×5; use a size whose square divides its channels");
  CHECK(refusal(DepthToSpace{.block = 5, .inverse = true}, {spread}) ==
        "blocks of 5 do not divide an input of 1×4×12×15; use a size that divides its height and width");
  CHECK(refusal(DepthToSpace{.block = 0}, {packed}) ==
        "an input of 1×36×4×5 and blocks of 0; it takes batch × channels × height × width and blocks of at least 1");
}

}  // namespace pj
