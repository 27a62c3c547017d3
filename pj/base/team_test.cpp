#include "pj/base/team.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <stdexcept>
#include <string>

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Runs stages with a team; returns how often each part was computed, stage by stage.
std::vector<std::vector<int>> counted_parts(Team& team, Stages& stages, const std::vector<std::int64_t>& parts) {
  std::vector<std::vector<std::atomic<int>>> counts(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    counts[i] = std::vector<std::atomic<int>>(static_cast<std::size_t>(parts[i]));
  }
  stages.begin();
  team.run([&](int) {
    stages.work(0, parts.size(), team.size(), [&](std::size_t stage, std::int64_t first, std::int64_t last) {
      if (stage > 0) {  // all of the stage before has ended
        CHECK(std::ranges::all_of(counts[stage - 1], [](const auto& count) { return count == 1; }));
      }
      for (std::int64_t part = first; part < last; ++part) {
        ++counts[stage][static_cast<std::size_t>(part)];
      }
    });
  });
  std::vector<std::vector<int>> found;
  for (const auto& stage : counts) {
    found.emplace_back(stage.begin(), stage.end());
  }
  return found;
}

}  // namespace

TEST_CASE("the caller works in each round of a team, and the others at most once") {
  for (const int size : {1, 2, 3, 7}) {
    Team team(size);
    REQUIRE(team.size() == size);
    std::vector<int> worked(static_cast<std::size_t>(size), 0);
    for (int round = 1; round <= 200; ++round) {
      team.run([&](int member) { ++worked[static_cast<std::size_t>(member)]; });
      CHECK(worked[0] == round);
      CHECK(std::ranges::all_of(worked, [&](int times) { return times <= round; }));
    }
  }
}

TEST_CASE("the other members of a team come to a caller who is not done") {
  Team team(3);
  std::atomic<int> here = 0;
  team.run([&](int) {
    for (++here; here < 3;) {
      std::this_thread::yield();
    }
  });
  CHECK(here == 3);
}

TEST_CASE("a team hands on the first fault by member, and works on") {
  Team team(3);
  std::atomic<int> here = 0;
  const auto fails = [&](int member) {
    for (++here; here < 3;) {
      std::this_thread::yield();
    }
    if (member > 0) {
      throw std::runtime_error(std::to_string(member));
    }
  };
  CHECK_THROWS_WITH(team.run(fails), "1");
  int worked = 0;
  team.run([&](int member) { worked += member == 0 ? 1 : 0; });
  CHECK(worked == 1);
}

TEST_CASE("a team that never worked ends") {
  const Team team(4);
  CHECK(team.size() == 4);
}

TEST_CASE("every part of every stage is computed once, after the stage before, by any number of threads") {
  for_random_cases(40, [](Rng& rng) {
    std::vector<std::int64_t> parts(static_cast<std::size_t>(rng.between(1, 20)));
    std::ranges::generate(parts, [&] { return rng.between(0, 40); });
    Team team(static_cast<int>(rng.between(1, 4)));
    Stages stages(parts);
    for (int run = 0; run < 5; ++run) {
      for (const std::vector<int>& counts : counted_parts(team, stages, parts)) {
        CHECK(std::ranges::all_of(counts, [](int count) { return count == 1; }));
      }
    }
  });
}

TEST_CASE("what a part throws ends the stages for all threads, and the next run is whole") {
  Team team(3);
  const std::vector<std::int64_t> parts(10, 30);
  Stages stages(parts);
  for (int run = 0; run < 20; ++run) {
    stages.begin();
    std::atomic<bool> was_late = false;
    const Stages::Compute fails = [&](std::size_t stage, std::int64_t first, std::int64_t last) {
      was_late = was_late || stage > 4;
      if (stage == 4 && first <= 15 && 15 < last) {
        throw std::runtime_error("part 15");
      }
    };
    CHECK_THROWS_WITH(team.run([&](int) { stages.work(0, parts.size(), team.size(), fails); }), "part 15");
    CHECK_FALSE(was_late);
  }
  for (const std::vector<int>& counts : counted_parts(team, stages, parts)) {
    CHECK(std::accumulate(counts.begin(), counts.end(), 0) == 30);
  }
}

}  // namespace pj
