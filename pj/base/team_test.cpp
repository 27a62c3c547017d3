#include "pj/base/team.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace pj {

TEST_CASE("every member of a team works once in each round, whatever its size") {
  for (const int size : {1, 2, 3, 7}) {
    Team team(size);
    REQUIRE(team.size() == size);
    std::vector<int> worked(static_cast<std::size_t>(size), 0);
    for (int round = 1; round <= 200; ++round) {
      team.run([&](int member) { ++worked[static_cast<std::size_t>(member)]; });
      CHECK(worked == std::vector<int>(static_cast<std::size_t>(size), round));
    }
  }
}

TEST_CASE("a team hands on the first fault by member, and works on") {
  Team team(3);
  const auto fails = [](int member) {
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

}  // namespace pj
