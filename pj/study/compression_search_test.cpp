#include "pj/study/compression_search.hpp"

#include <doctest/doctest.h>

#include <set>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/interrupt.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/summary.hpp"
#include "pj/study/compression_search_report.hpp"
#include "pj/study/non_dominated.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

const char* const three_widths =
    "choices: [{fixed_point: {bits: 8}}, {fixed_point: {bits: 4}}, {fixed_point: {bits: 2}}]";
constexpr std::int64_t samples = 1000;

/// Three fully connected layers.
Network three_layers() {
  Rng rng(7);
  NetworkBuilder builder("three");
  ValueId x = builder.input("x", {1, 4});
  for (const char* name : {"a", "b", "c"}) {
    const ValueId w = builder.constant(std::string(name) + ".w", real_constant({4, 4}, bell(rng, 16)));
    x = builder.add_one(name, FullyConnected{}, {x, w});
  }
  return builder.finish({x});
}

/// Losses and costs that add up over layers, so that all assignments can be told without measuring.
struct ScriptedMeasures {
  std::vector<std::vector<std::int64_t>> lost{3, std::vector<std::int64_t>(3)};
  std::vector<std::vector<double>> energy{3, std::vector<double>(3)};
  int asked = 0;
  int most = 1 << 30;  ///< then interrupted

  explicit ScriptedMeasures(Rng& rng) {
    for (std::size_t layer = 0; layer < 3; ++layer) {
      double costs = static_cast<double>(rng.between(50, 100));
      std::int64_t loses = 0;
      for (std::size_t choice = 0; choice < 3; ++choice) {
        energy[layer][choice] = costs;
        lost[layer][choice] = loses;
        costs -= static_cast<double>(rng.between(1, 20));
        loses += rng.between(0, 8);
      }
    }
  }

  /// The place of a layer's choice by the bits of its weights; nothing for the original.
  static std::optional<std::size_t> choice_of(const Network& network, std::size_t layer) {
    const std::string format = to_string(summary_of(network, {.network = network}).layers.at(layer).format);
    return format == "int8"   ? std::optional<std::size_t>(0)
           : format == "int4" ? std::optional<std::size_t>(1)
           : format == "int2" ? std::optional<std::size_t>(2)
                              : std::nullopt;
  }

  CompressionMeasures measures() {
    CompressionMeasures result;
    result.accuracy = [this](const Network& network) {
      if (asked++ == most) {
        throw Interrupted();
      }
      std::int64_t right = 900;
      for (std::size_t layer = 0; layer < 3; ++layer) {
        const auto choice = choice_of(network, layer);
        right -= choice ? lost[layer][*choice] : 0;
      }
      return Accuracy{.samples = samples, .top1 = right};
    };
    result.cost = [this](const Network& network) {
      NetworkCost cost;
      for (std::size_t layer = 0; layer < 3; ++layer) {
        const auto choice = choice_of(network, layer);
        const Picojoules own{choice ? energy[layer][*choice] : 200.0};
        cost.push_back({.layer = network.nodes[layer].name, .energy = own, .time = {1.0}, .parts = {own}});
      }
      return cost;
    };
    return result;
  }

  double energy_of_choices(const std::vector<std::size_t>& choices) const {
    return energy[0][choices[0]] + energy[1][choices[1]] + energy[2][choices[2]];
  }
  std::int64_t lost_by_choices(const std::vector<std::size_t>& choices) const {
    return lost[0][choices[0]] + lost[1][choices[1]] + lost[2][choices[2]];
  }
  /// The least energy of all 27 assignments within the budget.
  double least_within(std::int64_t budget) const {
    double least = 1e300;
    for (std::size_t i = 0; i < 27; ++i) {
      const std::vector<std::size_t> choices{i % 3, i / 3 % 3, i / 9};
      least = lost_by_choices(choices) <= budget ? std::min(least, energy_of_choices(choices)) : least;
    }
    return least;
  }
};

CompressionSearch search_with(ScriptedMeasures& scripted, const CompressionSearchOptions& options) {
  return search_compression(three_layers(), rules_of(three_widths), scripted.measures(), options);
}

bool same_points(const CompressionSearch& a, const CompressionSearch& b) {
  bool same = a.points.size() == b.points.size() && a.best == b.best;
  for (std::size_t i = 0; same && i < a.points.size(); ++i) {
    same = a.points[i].choices == b.points[i].choices && a.points[i].record == b.points[i].record &&
           a.points[i].on_front == b.points[i].on_front;
  }
  return same;
}

}  // namespace

TEST_CASE("a search keeps to its budget, and finds the best of all assignments in most random cases") {
  int optimal = 0;
  int cases = 0;
  for_random_cases(40, [&](Rng& rng) {
    ScriptedMeasures scripted(rng);
    const std::int64_t budget = rng.between(0, 30);
    const CompressionSearch found = search_with(scripted, {.max_drop = static_cast<double>(budget) / samples});
    REQUIRE(found.best.has_value());
    const SearchPoint& best = found.points[*found.best];
    CHECK(scripted.lost_by_choices(best.choices) <= budget);
    CHECK(energy_of(best.record.cost).value == doctest::Approx(scripted.energy_of_choices(best.choices)));
    const double least = scripted.least_within(budget);
    CHECK(energy_of(best.record.cost).value >= least - 1e-9);
    optimal += energy_of(best.record.cost).value <= least + 1e-9 ? 1 : 0;
    ++cases;
  });
  CHECK(2 * optimal > cases);
}

TEST_CASE("the front is what no other measured network beats, and each network is measured once") {
  for_random_cases(20, [](Rng& rng) {
    ScriptedMeasures scripted(rng);
    const CompressionSearch found = search_with(scripted, {.max_drop = 0.01});
    CHECK(scripted.asked == 1 + static_cast<int>(found.points.size()));
    std::set<std::vector<std::size_t>> seen;
    for (const SearchPoint& own : found.points) {
      CHECK(seen.insert(own.choices).second);
      bool is_beaten = false;
      for (const SearchPoint& other : found.points) {
        is_beaten = is_beaten ||
                    dominates({other.value(found.goal), -other.accuracy()}, {own.value(found.goal), -own.accuracy()});
      }
      CHECK(own.on_front == !is_beaten);
    }
  });
}

TEST_CASE("what each choice saves and loses alone is what the measures say") {
  Rng rng(3);
  ScriptedMeasures scripted(rng);
  const CompressionSearch found = search_with(scripted, {});
  for (std::size_t layer = 0; layer < 3; ++layer) {
    for (std::size_t choice = 0; choice < 3; ++choice) {
      const LayerOption& option = found.options[layer][choice];
      CHECK(option.saved_energy.value == doctest::Approx(scripted.energy[layer][0] - scripted.energy[layer][choice]));
      CHECK(*option.lost == doctest::Approx(static_cast<double>(scripted.lost[layer][choice]) / samples));
      CHECK(option.form.weights == 16);
    }
  }
}

TEST_CASE("a search that was interrupted anywhere goes on to the same result, and measures nothing twice") {
  for_random_cases(10, [](Rng& rng) {
    const ScriptedMeasures scripted(rng);
    ScriptedMeasures whole = scripted;
    const CompressionSearch expected = search_with(whole, {.max_drop = 0.01});
    const TemporaryFolder folder;
    const CompressionSearchOptions options{.max_drop = 0.01, .results = folder.path("found.jsonl")};
    ScriptedMeasures first = scripted;
    first.most = static_cast<int>(rng.between(1, whole.asked - 1));
    const CompressionSearch part = search_with(first, options);
    CHECK(part.stopped.starts_with("interrupted while measuring "));
    CHECK(std::ssize(part.points) == first.most - 1);
    ScriptedMeasures second = scripted;
    const CompressionSearch rest = search_with(second, options);
    CHECK(rest.stopped.empty());
    CHECK(same_points(rest, expected));
    CHECK(first.most + second.asked == whole.asked);
  });
}

TEST_CASE("before the original is measured there is nothing to show") {
  Rng rng(1);
  ScriptedMeasures scripted(rng);
  scripted.most = 0;
  CHECK_THROWS_AS(search_with(scripted, {}), Interrupted);
}

TEST_CASE("a budget that nothing meets leaves no best network, and the table says what was reached") {
  Rng rng(1);
  ScriptedMeasures scripted(rng);
  for (auto& layer : scripted.lost) {
    layer = {20, 20, 20};
  }
  const CompressionSearch found = search_with(scripted, {.max_drop = 0.01});
  CHECK(!found.best.has_value());
  const std::string table = search_table(found, {.network = "three", .data = "script"}, true);
  CHECK(table.find("None loses at most 1.00 %; the best loses 6.00 %.") != std::string::npos);
}

TEST_CASE("the least delay, energy-delay product or bits can be what is searched for") {
  Rng rng(5);
  ScriptedMeasures scripted(rng);
  for (const CompressionGoal goal : {CompressionGoal::Delay, CompressionGoal::EnergyDelay, CompressionGoal::Bits}) {
    CHECK(parse_compression_goal(to_string(goal)) == goal);
    const CompressionSearch found = search_with(scripted, {.goal = goal, .max_drop = 1.0});
    REQUIRE(found.best.has_value());
    for (const SearchPoint& own : found.points) {
      CHECK(own.value(goal) >= found.points[*found.best].value(goal));
    }
  }
  // Time is the same for all: the most careful stays. Bits and energy fall with every step.
  CHECK(search_with(scripted, {.goal = CompressionGoal::Delay, .max_drop = 1.0}).best == 0);
  const CompressionSearch fewest = search_with(scripted, {.goal = CompressionGoal::Bits, .max_drop = 1.0});
  CHECK(fewest.points[*fewest.best].choices == std::vector<std::size_t>{2, 2, 2});
}

TEST_CASE("the front is tested on other samples, or the best network alone") {
  Rng rng(2);
  ScriptedMeasures scripted(rng);
  CompressionMeasures measures = scripted.measures();
  int tested = 0;
  measures.test = [&](const Network&) {
    ++tested;
    return Accuracy{.samples = 50, .top1 = 40};
  };
  const CompressionSearch best_alone =
      search_compression(three_layers(), rules_of(three_widths), measures, {.test_front = false});
  CHECK(tested == 2);
  CHECK(best_alone.points[*best_alone.best].test == Tally{50, 40});
  const CompressionSearch all = search_compression(three_layers(), rules_of(three_widths), measures, {});
  for (const SearchPoint& own : all.points) {
    CHECK(own.test.has_value() == own.on_front);
  }
}

TEST_CASE("lines that are no measured networks are refused") {
  const TemporaryFolder folder;
  Rng rng(2);
  ScriptedMeasures scripted(rng);
  const CompressionSearchOptions options{.results = folder.path("found.jsonl")};
  search_with(scripted, options);
  std::string line = read_file(options.results, 1 << 20);
  line = line.substr(0, line.find('\n') + 1);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"right\":900", "\"right\":9000"},
                                                        {"\"samples\":1000", "\"samples\":\"many\""},
                                                        {"\"layers\":[{", "\"lairs\":[{"}}) {
    std::string broken = line;
    broken.replace(broken.find(from), from.size(), to);
    const std::string path = folder.file("broken.jsonl", broken);
    CHECK_THROWS_WITH_AS(search_with(scripted, {.results = path}),
                         (path + ": has a line that is no measured network; name another file with --results").c_str(),
                         InputError);
  }
}

}  // namespace pj
