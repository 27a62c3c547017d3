#include <doctest/doctest.h>

#include <optional>

#include "pj/base/error.hpp"
#include "pj/network/shapes.hpp"
#include "tests/support/layers.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

struct Window {
  std::int64_t size, kernel, stride, dilation, pad_begin, pad_end;
};

/// The plain twin of `window_count`: walks over the window starts. With `ceil_mode` windows are set until one
/// reaches the end of the padded map, which the last may overrun; nothing where none would be left.
std::optional<std::int64_t> walk(const Window& w, bool ceil_mode) {
  const std::int64_t padded = w.pad_begin + w.size + w.pad_end;
  const std::int64_t reach = w.dilation * (w.kernel - 1);
  std::int64_t count = 0;
  std::int64_t start = 0;
  for (; start + reach < padded; start += w.stride) {
    ++count;
  }
  const bool reaches_end = start - w.stride + reach == padded - 1;
  const bool starts_inside = start < w.pad_begin + w.size;
  if (ceil_mode && !reaches_end && starts_inside) {
    ++count;
  }
  // The last whole window may itself start in the padding behind the map.
  if (ceil_mode && reaches_end && start - w.stride >= w.pad_begin + w.size) {
    --count;
  }
  return count > 0 ? std::optional(count) : std::nullopt;
}

std::optional<std::int64_t> counted(const Window& w, bool ceil_mode) {
  try {
    return window_count(w.size, w.kernel, w.stride, w.dilation, w.pad_begin, w.pad_end, ceil_mode);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// The plain twin of the transposed convolution's size: the rows from the first to the last that a filter reaches.
std::int64_t scattered(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  std::int64_t last = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t r = 0; r < kernel; ++r) {
      last = std::max(last, i * stride + r * dilation);
    }
  }
  return last + 1;
}

Pooling pooling(std::int64_t kernel, std::int64_t stride, bool ceil_mode) {
  return {.kernel = {kernel, kernel}, .stride = {stride, stride}, .ceil_mode = ceil_mode};
}

}  // namespace

TEST_CASE("the number of windows equals a walk over their starts") {
  for_random_cases(3000, [](Rng& rng) {
    const std::int64_t kernel = rng.between(1, 5);
    const std::int64_t dilation = rng.between(1, 3);
    const std::int64_t reach = dilation * (kernel - 1);
    const Window w{.size = rng.between(1, 20),
                   .kernel = kernel,
                   .stride = rng.between(1, 6),
                   .dilation = dilation,
                   .pad_begin = rng.between(0, reach),
                   .pad_end = rng.between(0, reach)};
    CAPTURE(w.size);
    CAPTURE(w.kernel);
    CAPTURE(w.stride);
    CAPTURE(w.dilation);
    CAPTURE(w.pad_begin);
    CAPTURE(w.pad_end);
    CHECK(counted(w, false) == walk(w, false));
    if (w.pad_begin + w.size + w.pad_end > reach) {
      CHECK(counted(w, true) == walk(w, true));
    }
  });
}

TEST_CASE("with ceil_mode a window may be larger than the map by less than the stride") {
  CHECK(window_count(2, 3, 2, 1, 0, 0, true) == 1);
  CHECK_THROWS_AS(window_count(2, 4, 2, 1, 0, 0, true), InputError);
  CHECK_THROWS_AS(window_count(2, 3, 2, 1, 0, 0, false), InputError);
}

TEST_CASE("GoogLeNet's maps are 112, 56, 28, 14, 7 rounded up and 112, 55, 27, 13, 6 rounded down") {
  // Szegedy et al. 2015, Table 1, pools 3×3 with stride 2 on even maps; the rounding tells Caffe from Torch.
  for (const bool ceil_mode : {true, false}) {
    Sizes map{1, 64, 112, 112};
    std::vector<std::int64_t> sizes;
    for (int i = 0; i < 4; ++i) {
      map = shape_of(pooling(3, 2, ceil_mode), {map});
      sizes.push_back(map[2]);
    }
    CHECK(sizes == (ceil_mode ? std::vector<std::int64_t>{56, 28, 14, 7} : std::vector<std::int64_t>{55, 27, 13, 6}));
  }
}

TEST_CASE("a window that would start in the padding behind the map is dropped") {
  // Three windows of 2 with stride 2 on 4 padded rows: the third would start behind the map.
  CHECK(window_count(3, 2, 2, 1, 1, 1, true) == 2);
  CHECK(window_count(4, 1, 3, 1, 0, 0, true) == 2);
  CHECK(window_count(6, 1, 4, 1, 0, 0, true) == 2);
}

TEST_CASE("a convolution's shape follows its stride, dilation, padding and channels") {
  CHECK(shape_of(Convolution{.stride = {4, 4}}, {{1, 3, 227, 227}, {96, 3, 11, 11}, {96}}) == Sizes{1, 96, 55, 55});
  CHECK(shape_of(Convolution{.dilation = {2, 3}}, {{2, 3, 9, 9}, {4, 3, 3, 3}}) == Sizes{2, 4, 5, 3});
  CHECK(shape_of(Convolution{.pad_begin = {1, 0}, .pad_end = {2, 0}}, {{1, 1, 4, 4}, {1, 1, 3, 3}}) ==
        Sizes{1, 1, 5, 2});
  CHECK(shape_of(Convolution{.groups = 4}, {{1, 4, 5, 5}, {8, 1, 3, 3}}) == Sizes{1, 8, 3, 3});
  CHECK(shape_of(Convolution{}, {{1, 4, 9}, {8, 4, 3}}) == Sizes{1, 8, 7});
  CHECK(shape_of(Convolution{}, {{1, 4, 5, 6, 7}, {8, 4, 1, 2, 3}}) == Sizes{1, 8, 5, 5, 5});
}

TEST_CASE("a transposed convolution undoes the shape of a convolution") {
  CHECK(shape_of(
            Convolution{
                .stride = {2, 2}, .pad_begin = {1, 1}, .pad_end = {1, 1}, .transposed = true, .output_padding = {1, 1}},
            {{1, 8, 7, 7}, {8, 4, 3, 3}, {4}}) == Sizes{1, 4, 14, 14});
  CHECK(shape_of(Convolution{.groups = 2, .transposed = true}, {{1, 8, 7, 7}, {8, 4, 3, 3}}) == Sizes{1, 8, 9, 9});
}

TEST_CASE("a transposed convolution reaches as far as a walk over its filters") {
  for_random_cases(300, [](Rng& rng) {
    const std::int64_t size = rng.between(1, 9);
    const std::int64_t kernel = rng.between(1, 5);
    const std::int64_t stride = rng.between(1, 4);
    const std::int64_t dilation = rng.between(1, 3);
    const Convolution layer{.stride = {stride}, .dilation = {dilation}, .transposed = true};
    CHECK(shape_of(layer, {{1, 1, size}, {1, 1, kernel}})[2] == scattered(size, kernel, stride, dilation));
  });
}

TEST_CASE("global pooling leaves one element a channel") {
  CHECK(shape_of(Pooling{.kind = Pooling::Kind::Average}, {{2, 512, 7, 7}}) == Sizes{2, 512, 1, 1});
  CHECK(shape_of(Pooling{}, {{2, 512, 7}}) == Sizes{2, 512, 1});
}

TEST_CASE("a convolution says what does not fit") {
  const Sizes image{1, 3, 8, 8};
  const Sizes filter{4, 3, 3, 3};
  CHECK(refusal(Convolution{}, {{1, 3}, filter}) ==
        "its input is 1×3; it must be batch × channels × 1 to 3 spatial axes");
  CHECK(refusal(Convolution{}, {image, {4, 3, 3}}) ==
        "its weights are 4×3×3 and its input 1×3×8×8; they must have as many axes");
  CHECK(refusal(Convolution{}, {image, {4, 2, 3, 3}}) ==
        "its weights are 4×2×3×3, for 2 input channels; an input of 3 channels in 1 group needs 3");
  CHECK(refusal(Convolution{.groups = 2}, {image, {4, 3, 3, 3}}) ==
        "2 groups do not divide 3 input channels; use a divisor of 3");
  CHECK(refusal(Convolution{.groups = 3}, {image, {4, 1, 3, 3}}) ==
        "3 groups do not divide 4 output channels; use a divisor of 4");
  CHECK(refusal(Convolution{.groups = 0}, {image, filter}) == "a group count of 0; it must be at least 1");
  CHECK(refusal(Convolution{}, {image, filter, {3}}) == "its operand 'bias' is 3; it must be 4");
  CHECK(refusal(Convolution{.stride = {2}}, {image, filter}) ==
        "its stride has 1 entry; the input has 2 spatial axes, so give one for each");
  CHECK(refusal(Convolution{.stride = {0, 1}}, {image, filter}) == "a stride of 0; it must be at least 1");
  CHECK(refusal(Convolution{.dilation = {1, -1}}, {image, filter}) == "a dilation of -1; it must be at least 1");
  CHECK(refusal(Convolution{.pad_end = {-1, 0}}, {image, filter}) == "a padding of -1; it must be at least 0");
  CHECK(refusal(Convolution{}, {image, {4, 3, 0, 3}}) == "a kernel size of 0; it must be at least 1");
  CHECK(refusal(Convolution{}, {{1, 3, 0, 8}, filter}) == "a map size of 0; it must be at least 1");
  CHECK(refusal(Convolution{}, {image, {4, 3, 9, 3}}) ==
        "a window of 9 does not fit a map of 8 (padding included); use a smaller kernel or more padding");
}

TEST_CASE("sizes that overflow are refused and not wrapped") {
  const std::int64_t huge = std::int64_t{1} << 62;
  const Sizes filter{1, 1, 3};
  CHECK(refusal(Convolution{.dilation = {huge}}, {{1, 1, 8}, filter}) ==
        "a size of 4611686018427387904 · 2 does not fit 64 bits; use sizes that fit a memory");
  CHECK(refusal(Convolution{.pad_begin = {huge}, .pad_end = {huge}}, {{1, 1, 8}, filter}) ==
        "a size of 4611686018427387912 + 4611686018427387904 does not fit 64 bits; use sizes that fit a memory");
  CHECK(shape_of(Convolution{.stride = {huge}}, {{1, 1, 8}, filter}) == Sizes{1, 1, 1});
  CHECK(window_count(huge, 1, huge - 1, 1, 0, 0, true) == 2);
  CHECK(refusal(Convolution{.stride = {huge}, .transposed = true}, {{1, 1, 8}, filter}) ==
        "a size of 4611686018427387904 · 7 does not fit 64 bits; use sizes that fit a memory");
}

TEST_CASE("a transposed convolution says what does not fit") {
  const Sizes image{1, 4, 3, 3};
  CHECK(refusal(Convolution{.transposed = true}, {image, {2, 4, 3, 3}}) ==
        "its weights are 2×4×3×3, for 2 input channels; an input of 4 channels in 1 group needs 4");
  CHECK(refusal(Convolution{.transposed = true, .output_padding = {1, 0}}, {image, {4, 2, 3, 3}}) ==
        "an output padding of 1; it must be less than the stride or the dilation");
  CHECK(refusal(Convolution{.pad_begin = {3, 0}, .pad_end = {2, 0}, .transposed = true}, {image, {4, 2, 3, 3}}) ==
        "the padding removes all 5 rows of the output; use less padding");
}

TEST_CASE("a connection table names the channels that each output sees") {
  const std::vector<Sizes> operands{{1, 3, 8, 8}, {2, 3, 3, 3}};
  CHECK(refusal(Convolution{.connections = {{0, 1}, {2}}}, operands) == "accepted");
  CHECK(refusal(Convolution{.connections = {{0, 1}}}, operands) ==
        "its connection table has 1 row; there are 2 output channels, so give one for each");
  for (const Sizes& row : {Sizes{}, Sizes{0, 0}, Sizes{3}, Sizes{-1}}) {
    CHECK(refusal(Convolution{.connections = {{0}, row}}, operands) ==
          "a row of its connection table is empty, names a channel twice or one that is not there; name channels from "
          "0 to 2");
  }
  CHECK(refusal(Convolution{.groups = 2, .connections = {{0}, {1}}}, {{1, 2, 8, 8}, {2, 1, 3, 3}}) ==
        "a connection table with groups or a transposed convolution; use one or the other");
}

TEST_CASE("a pooling says what does not fit") {
  const std::vector<Sizes> image{{1, 3, 8, 8}};
  CHECK(refusal(pooling(9, 1, false), image) ==
        "a window of 9 does not fit a map of 8 (padding included); use a smaller kernel or more padding");
  CHECK(refusal(Pooling{.kernel = {3}}, image) ==
        "its kernel size has 1 entry; the input has 2 spatial axes, so give one for each");
  CHECK(refusal(Pooling{.kernel = {3, 0}}, image) == "a kernel size of 0; it must be at least 1");
  CHECK(refusal(Pooling{.kernel = {2, 2}, .pad_begin = {2, 0}}, image) ==
        "a padding of 2 around a window of 2, which would see nothing else; use less padding");
  CHECK(refusal(Pooling{.kind = Pooling::Kind::Lp, .kernel = {2, 2}, .p = 0}, image) ==
        "a norm order of 0; it must be at least 1");
  CHECK(refusal(Pooling{}, {{3, 8}}) == "its input is 3×8; it must be batch × channels × 1 to 3 spatial axes");
}

}  // namespace pj
