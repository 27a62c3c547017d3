#include "pj/inference/early_exits.hpp"

#include <doctest/doctest.h>

#include <array>

#include "pj/network/elements.hpp"

namespace pj {

namespace {

/// Two heads before the end, with 4, 2 · 4 and 3 · 4 MACs on the way and 12 for each head.
Network with_two_exits() {
  NetworkBuilder builder("exits");
  ValueId x = builder.input("x", {1, 2});
  std::vector<ValueId> outputs{no_value};
  for (const char* name : {"exit1", "exit2"}) {
    x = builder.add_one(std::string("fc_") + name, FullyConnected{}, {x, builder.weight("w", {2, 2})});
    const std::string own = name;
    const ValueId scores = builder.add_one(own, FullyConnected{}, {x, builder.weight("w", {5, 2})});
    outputs.push_back(scores);
    outputs.push_back(builder.add_one(own + "/margin", Reduce{.kind = Reduce::Kind::Max, .axes = {-1}}, {scores}));
  }
  x = builder.add_one("fc", FullyConnected{}, {x, builder.weight("w", {2, 2})});
  outputs[0] = builder.add_one("scores", FullyConnected{}, {x, builder.weight("w", {5, 2})});
  return builder.finish(outputs);
}

Constant one_number(double number) {
  return constant_of(NumberFormat::float32(), {1, 1}, std::span(&number, 1));
}

}  // namespace

TEST_CASE("a head is an output with a margin of its own beside it") {
  const Network network = with_two_exits();
  CHECK(early_exits(network) == std::vector<EarlyExit>{{"exit1", 1, 2}, {"exit2", 3, 4}});
  CHECK(macs_by_exit(network) == std::vector<std::int64_t>{4 + 10, 2 * (4 + 10), 3 * (4 + 10)});
  CHECK(up_to_exit(network, 0).outputs.size() == 2);
  CHECK(up_to_exit(network, 1).values[up_to_exit(network, 1).outputs.front()].name == "exit2");
  CHECK(up_to_exit(network, 2) == network);
  Network renamed = network;
  renamed.values[renamed.outputs[2]].name = "margin";
  CHECK(early_exits(renamed) == std::vector<EarlyExit>{{"exit2", 3, 4}});
}

TEST_CASE("a sample leaves at the first head whose margin is not negative, else at the end") {
  const std::vector<EarlyExit> exits = early_exits(with_two_exits());
  const auto taken = [&](double first, double second) {
    const std::array outputs{one_number(7), one_number(8), one_number(first), one_number(9), one_number(second)};
    const std::size_t exit = exit_taken(exits, outputs);
    return std::pair(exit,
                     scores_at(exits, exit, outputs) == one_number(exit == 2 ? 7.0 : 8.0 + static_cast<double>(exit)));
  };
  CHECK(taken(0.0, 1.0) == std::pair<std::size_t, bool>(0, true));
  CHECK(taken(-0.1, 0.2) == std::pair<std::size_t, bool>(1, true));
  CHECK(taken(-0.1, -0.2) == std::pair<std::size_t, bool>(2, true));
  CHECK(samples_by_exit(2, std::array<std::size_t, 3>{0, 2, 0}) == std::vector<std::int64_t>{2, 0, 1});
}

}  // namespace pj
