#include <algorithm>
#include <array>

#include "pj/compression/stored_bits.hpp"
#include "pj/data/hold_out.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/compression_search.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

constexpr std::size_t samples_that_calibrate = 128;

/// What a claim about versions of a network is measured with.
struct ClaimedSearch {
  Network network;
  DataSet data, test;  ///< searched on, and tested on: every second sample
  Accelerator machine;
  CompressionRules rules;
  AccuracyOptions running;
  const MappingCache* cache = nullptr;

  AccuracyOptions testing() const {
    AccuracyOptions all = running;
    all.samples = 0;
    return all;
  }
  Tally tally(const Network& of, const DataSet& on, const AccuracyOptions& options) const {
    const Accuracy found = measure_accuracy(Plan(of), on, options).accuracy;
    return {found.samples, found.top1};
  }
  NetworkCost cost(const Network& of) const { return cost_of(evaluate(of, machine, {.cache = cache})); }
  CompressionData calibration() const {
    CompressionData result;
    result.observe = [this](const Network& of) {
      AccuracyOptions few = running;
      few.samples = samples_that_calibrate;
      few.observe = true;
      return measure_accuracy(Plan(of, {.watched = true}), data, few).observations;
    };
    return result;
  }
};

std::vector<double> numbers_under(const YamlNode& with, const char* key) {
  std::vector<double> numbers;
  if (const YamlNode* list = with.find(key)) {
    for (const YamlNode& number : list->sequence(key)) {
      numbers.push_back(number.number(key));
    }
  }
  return numbers;
}

ClaimedSearch claimed_search(const YamlNode& with, const MappingCache* cache) {
  const YamlNode* records = with.find("records");
  const DataSet all = load_data_set(with.at("data").text("data"),
                                    {.records = parse_format(records != nullptr ? records->text("records") : "uint8")});
  auto [data, test] = with_held_out(all, 0.5);
  ClaimedSearch search{.network = import_onnx(with.at("of").text("of")),
                       .data = std::move(data),
                       .test = std::move(test),
                       .machine = claimed_accelerator(with.at("on")),
                       .rules = parse_rules(with.at("rules")),
                       .cache = cache};
  search.running.preprocessing = {.mean = numbers_under(with, "mean"), .deviation = numbers_under(with, "std")};
  if (const YamlNode* samples = with.find("samples")) {
    search.running.samples = static_cast<std::size_t>(samples->integer("samples", 1, most_claimed));
  }
  return search;
}

/// The original, and the version with the least energy within the budget.
struct FoundVersion {
  SearchPoint original, best;
};

SearchPoint measured_point(const ClaimedSearch& search, const Network& network) {
  return {.record = {search.tally(network, search.data, search.running), search.cost(network),
                     stored_bits(network).total()}};
}

/// Each choice as one rule for all layers: how many weights go is chosen, from which layers follows from the weights.
FoundVersion alike(const ClaimedSearch& search, double max_drop) {
  FoundVersion found{.original = measured_point(search, search.network)};
  found.original.test = search.tally(search.network, search.test, search.testing());
  found.best = found.original;
  for (const Choice& choice : search.rules.choices) {
    CompressionRules rules = search.rules;
    rules.choices.clear();
    rules.rules.insert(rules.rules.end(), choice.rules.begin(), choice.rules.end());
    const Network network = compress(search.network, rules, search.calibration()).network;
    SearchPoint point = measured_point(search, network);
    if (point.accuracy() >= found.original.accuracy() - max_drop &&
        point.value(CompressionGoal::Energy) < found.best.value(CompressionGoal::Energy)) {
      point.test = search.tally(network, search.test, search.testing());
      found.best = point;
    }
  }
  return found;
}

FoundVersion assigned(const ClaimedSearch& search, CompressionGoal goal, double max_drop) {
  CompressionMeasures measures;
  measures.accuracy = [&](const Network& of) {
    return measure_accuracy(Plan(of), search.data, search.running).accuracy;
  };
  measures.cost = [&](const Network& of) { return search.cost(of); };
  measures.test = [&](const Network& of) { return measure_accuracy(Plan(of), search.test, search.testing()).accuracy; };
  const CompressionSearch found =
      search_compression(search.network, search.rules, measures,
                         {.goal = goal, .max_drop = max_drop, .test_front = false}, search.calibration());
  return {found.original, found.best ? found.points[*found.best] : found.original};
}

double tested_points_lost(const FoundVersion& found) {
  return found.best.test && found.original.test ? 100.0 * (found.original.test->share() - found.best.test->share())
                                                : 0.0;
}

/// What a claim may ask of a version.
struct VersionCount {
  const char* name;
  double (*of)(const FoundVersion&);
};
constexpr std::array version_counts{
    VersionCount{"energy", [](const FoundVersion& found) { return 1e-6 * found.best.value(CompressionGoal::Energy); }},
    VersionCount{"energy ratio",
                 [](const FoundVersion& found) {
                   return found.original.value(CompressionGoal::Energy) / found.best.value(CompressionGoal::Energy);
                 }},
    VersionCount{"bits ratio",
                 [](const FoundVersion& found) {
                   return found.original.value(CompressionGoal::Bits) / found.best.value(CompressionGoal::Bits);
                 }},
    VersionCount{"points lost in the search",
                 [](const FoundVersion& found) { return 100.0 * (found.original.accuracy() - found.best.accuracy()); }},
    VersionCount{"points lost in the test", tested_points_lost},
};

}  // namespace

double found_version(const YamlNode& with, const MappingCache* cache) {
  const VersionCount& count = row_named(version_counts, with.at("count"), "count", "count");
  const ClaimedSearch search = claimed_search(with, cache);
  const double max_drop = 0.01 * with.at("max_drop").number("max_drop");
  const std::string& by = with.at("by").text("by");
  return count.of(by == "rule" ? alike(search, max_drop) : assigned(search, parse_compression_goal(by), max_drop));
}

}  // namespace pj
