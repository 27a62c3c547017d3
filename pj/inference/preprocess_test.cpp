#include "pj/inference/preprocess.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

/// Two pixels beside each other: black and (10, 20, 30).
const Image pair{1, 2, 3, {0, 0, 0, 10, 20, 30}};

Value input_of(const Sizes& shape, const NumberFormat& format = NumberFormat::float32()) {
  return {.name = "x", .shape = shape, .format = format};
}

std::vector<double> numbers(const SampleData& sample, const Value& input, const Preprocessing& options = {}) {
  return numbers_of<double>(prepared(sample, input, options));
}

}  // namespace

TEST_CASE("a picture becomes planes, or pixels where only the last axis can be channels") {
  const Preprocessing bytes{.range = 255.0};
  CHECK(numbers(pair, input_of({1, 3, 1, 2}), bytes) == std::vector<double>{0, 10, 0, 20, 0, 30});
  const Image tall{2, 1, 3, pair.pixels};
  CHECK(numbers(tall, input_of({1, 2, 1, 3}, NumberFormat::fixed(8, false))) ==
        std::vector<double>{0, 0, 0, 10, 20, 30});
  CHECK(numbers(pair, input_of({1, 3, 1, 2}), {.blue_first = true, .range = 255.0}) ==
        std::vector<double>{0, 30, 0, 20, 0, 10});
  CHECK(numbers(pair, input_of({1, 6}), bytes).size() == 6);
}

TEST_CASE("bytes are scaled, shifted and divided channel by channel") {
  const Preprocessing options{.mean = {0.0, 10.0, 0.0}, .deviation = {1.0, 2.0, 10.0}, .range = 255.0};
  CHECK(numbers(pair, input_of({1, 3, 1, 2}), options) == std::vector<double>{0, 10, -5, 5, 0, 3});
  CHECK(numbers(pair, input_of({1, 3, 1, 2}), {})[1] == doctest::Approx(10.0 / 255.0));
}

TEST_CASE("colours become luma for one channel and grey fills three") {
  CHECK(numbers(pair, input_of({1, 1, 1, 2}), {.range = 255.0})[1] ==
        doctest::Approx(0.299 * 10 + 0.587 * 20 + 0.114 * 30));
  const Image grey{1, 1, 1, {7}};
  CHECK(numbers(grey, input_of({1, 3, 1, 1}), {.range = 255.0}) == std::vector<double>{7, 7, 7});
}

TEST_CASE("the shorter side is resized and the middle cut out") {
  Image wide{2, 8, 1, std::vector<std::uint8_t>(16, 100)};
  wide.pixels[3] = 0;
  CHECK(numbers(wide, input_of({1, 1, 2, 2}), {.crop = 2, .range = 255.0}) == std::vector<double>{0, 100, 100, 100});
  CHECK(numbers(wide, input_of({1, 1, 1, 4}), {.resize = 1}).size() == 4);
  CHECK(numbers(wide, input_of({1, 1, 3, 3}), {.resize = 3, .squares = true}).size() == 9);
}

TEST_CASE("numbers outside of a whole input's range are refused") {
  const Value bytes = input_of({1, 1, 1, 1}, NumberFormat::fixed(8));
  const Image bright{1, 1, 1, {200}};
  CHECK(numbers(bright, bytes, {.mean = {128.0}}) == std::vector<double>{72});
  CHECK_THROWS_WITH_AS(
      numbers(bright, bytes),
      "a number of 200 does not fit the input 'x' of 1×1×1×1; it takes int8; give --mean, --std or --range",
      InputError);
}

TEST_CASE("numbers are taken as they are, in the input's shape") {
  const Constant row = tensor_of({{4}, NumberFormat::fixed(8)}, Sizes{1, 2, 3, 4});
  CHECK(numbers(row, input_of({1, 2, 2}), {.mean = {1.0}, .deviation = {2.0}}) == std::vector<double>{0, 0.5, 1, 1.5});
  CHECK_THROWS_AS(numbers(row, input_of({1, 5})), InputError);
  const Constant block = tensor_of({{2, 3}, NumberFormat::float32()}, std::vector<double>(6, 1.0));
  CHECK(numbers(block, input_of({1, 2, 1, 3})).size() == 6);
  CHECK_THROWS_WITH_AS(numbers(block, input_of({3, 2})),
                       "a tensor of 2×3 does not fit the input 'x' of 3×2; its axes must be those of the input, or one",
                       InputError);
  CHECK_THROWS_AS(numbers(pair, input_of({2, 3, 1, 2})), InputError);
}

}  // namespace pj
