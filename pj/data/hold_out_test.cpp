#include "pj/data/hold_out.hpp"

#include <doctest/doctest.h>

#include <set>

#include "pj/base/error.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Samples that hold their place, which is also their class.
DataSet places(std::size_t size) {
  DataSet data{.name = "places"};
  for (std::size_t i = 0; i < size; ++i) {
    data.labels.push_back({static_cast<std::int64_t>(i)});
  }
  data.sample = [](std::size_t i) { return SampleData(Image{.H = static_cast<int>(i)}); };
  return data;
}

}  // namespace

TEST_CASE("what is held out and what is left are all samples, each once, with their classes") {
  for_random_cases(100, [](Rng& rng) {
    const auto size = static_cast<std::size_t>(rng.between(2, 200));
    const double share = 0.01 * static_cast<double>(rng.between(1, 99));
    const auto held = static_cast<std::size_t>(static_cast<double>(size) * share + 1e-9);
    const DataSet data = places(size);
    if (held == 0) {
      CHECK_THROWS_AS(with_held_out(data, share), InputError);
      return;
    }
    const auto [left, apart] = with_held_out(data, share);
    CHECK(apart.size() == held);
    std::set<int> seen;
    for (const DataSet* part : {&left, &apart}) {
      for (std::size_t i = 0; i < part->size(); ++i) {
        const int place = std::get<Image>(part->sample(i)).H;
        CHECK(part->labels[i].front() == place);
        CHECK(seen.insert(place).second);
      }
    }
    CHECK(seen.size() == size);
  });
}

TEST_CASE("a half is every second sample, so that sorted files give both halves all classes") {
  const auto [left, apart] = with_held_out(places(7), 0.5);
  CHECK(left.labels == std::vector<std::vector<std::int64_t>>{{0}, {2}, {4}, {6}});
  CHECK(apart.labels == std::vector<std::vector<std::int64_t>>{{1}, {3}, {5}});
}

TEST_CASE("a share that leaves nothing is refused") {
  CHECK_THROWS_WITH_AS(with_held_out(places(3), 0.1),
                       "places: has 3 samples, of which 10.0 % held out leave nothing on one side", InputError);
}

}  // namespace pj
