#include "pj/inference/conv_choice.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "pj/base/files.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

const ConvShape some_shape{.C = 16, .M = 32, .H = 9, .W = 9, .R = 3, .S = 3, .pad_top = 1, .pad_left = 1};

std::vector<AlgorithmTime> some_times() {
  return {{&conv_algorithm("F(4x4,3x3)"), Seconds{1.5e-6}, 8}, {&conv_algorithm("oneDNN F(4x4)"), Seconds{0.1}, 1}};
}

/// The one file of the folder.
std::string file_in(const std::string& folder) {
  REQUIRE(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
  return std::filesystem::directory_iterator(folder)->path().string();
}

}  // namespace

TEST_CASE("measured times come back from the folder to the last bit, and only for their shape") {
  const TemporaryFolder folder;
  ConvTimeStore(folder.path("times")).store(some_shape, some_times());
  CHECK(ConvTimeStore(folder.path("times")).find(some_shape) == some_times());
  ConvShape other = some_shape;
  other.pad_bottom = 1;
  CHECK(ConvTimeStore(folder.path("times")).find(other) == std::nullopt);
}

TEST_CASE("times of another processor are not taken, and written anew") {
  const TemporaryFolder folder;
  ConvTimeStore(folder.path("times")).store(some_shape, some_times());
  const std::string file = file_in(folder.path("times"));
  std::string text = read_file(file, 1 << 16);
  text.insert(text.find('\n') + 1, "Another ");
  write_file(file, text);
  CHECK(ConvTimeStore(folder.path("times")).find(some_shape) == std::nullopt);
  ConvTimeStore(folder.path("times")).store(some_shape, some_times());
  CHECK(ConvTimeStore(folder.path("times")).find(some_shape) == some_times());
}

TEST_CASE("a damaged file of times is as good as none, wherever it is damaged") {
  const TemporaryFolder folder;
  ConvTimeStore(folder.path("times")).store(some_shape, some_times());
  const std::string file = file_in(folder.path("times"));
  const std::string text = read_file(file, 1 << 16);
  for_random_cases(60, [&](Rng& rng) {
    std::string damaged = text;
    const auto at = static_cast<std::size_t>(rng.between(0, std::ssize(text) - 1));
    if (rng.chance(0.5)) {
      damaged.resize(at);
    } else {
      damaged[at] = static_cast<char>(rng.between(0, 255));
    }
    write_file(file, damaged);
    const auto found = ConvTimeStore(folder.path("times")).find(some_shape);
    CHECK((!found || !found->empty()));
    for (const AlgorithmTime& time : found.value_or(std::vector<AlgorithmTime>{})) {
      CHECK(time.algorithm != nullptr);
      CHECK(time.time.value > 0.0);
    }
  });
  write_file(file, "");
  CHECK(ConvTimeStore(folder.path("times")).find(some_shape) == std::nullopt);
}

TEST_CASE("a store without a folder remembers, and one whose folder cannot be written works on") {
  ConvTimeStore memory;
  CHECK(memory.find(some_shape) == std::nullopt);
  memory.store(some_shape, some_times());
  CHECK(memory.find(some_shape) == some_times());
  ConvTimeStore nowhere("/dev/null/times");
  nowhere.store(some_shape, some_times());
  CHECK(nowhere.find(some_shape) == some_times());
}

TEST_CASE("threads share parts: the time is that of who has most of them") {
  const auto shared = [](std::int64_t parts, int threads) {
    return shared_time({&conv_algorithm("oneDNN"), Seconds{12.0}, parts}, threads).value;
  };
  CHECK(shared(1, 2) == 12.0);
  CHECK(shared(2, 2) == 6.0);
  CHECK(shared(3, 2) == 8.0);
  CHECK(shared(4, 1) == 12.0);
  CHECK(shared(0, 3) == 12.0);  // nobody knows
}

TEST_CASE("algorithms are measured once: the second time the store has them, each of them able to run the shape") {
  for_random_cases(10, [](Rng& rng) {
    const ConvShape shape = random_conv(rng);
    ConvTimeStore store;
    const auto times = measured_times(shape, store);
    CHECK(measured_times(shape, store) == times);
    REQUIRE_FALSE(times.empty());
    std::set<std::string> names;
    for (std::size_t i = 0; i < times.size(); ++i) {
      CHECK(times[i].algorithm->can_run(shape));
      CHECK(names.insert(times[i].algorithm->name).second);
      CHECK((i == 0 || times[i - 1].time.value <= times[i].time.value));
    }
  });
}

}  // namespace pj
