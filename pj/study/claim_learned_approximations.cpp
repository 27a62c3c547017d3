#include <algorithm>
#include <array>
#include <optional>

#include "pj/base/sample_mean.hpp"
#include "pj/compression/summary.hpp"
#include "pj/data/learning_data.hpp"
#include "pj/inference/accuracy.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/exits_report.hpp"
#include "pj/study/network_cost.hpp"
#include "pj/study/row_named.hpp"
#include "pj/training/train.hpp"

namespace pj {

namespace {

constexpr std::size_t claimed_calibration = 128;  // samples, as `compress` takes for activations
constexpr std::size_t claimed_products = 1024;    // and for pruning by energy

/// What a trained network and its approximation are.
struct LearnedApproximation {
  double right_before = 0.0, right = 0.0;  ///< percent of the test
  double stored_less = 1.0, macs_less = 1.0;
  double weights_left = 1.0;         ///< share of all
  std::optional<Picojoules> energy;  ///< of an input, on the machine that is named
};

struct LearnedCount {
  const char* name;
  double (*of)(const LearnedApproximation&);
};

constexpr std::array learned_counts{
    LearnedCount{"right", [](const LearnedApproximation& made) { return made.right; }},
    LearnedCount{"points lost", [](const LearnedApproximation& made) { return made.right_before - made.right; }},
    LearnedCount{"stored less", [](const LearnedApproximation& made) { return made.stored_less; }},
    LearnedCount{"MACs less", [](const LearnedApproximation& made) { return made.macs_less; }},
    LearnedCount{"weights left", [](const LearnedApproximation& made) { return made.weights_left; }},
    LearnedCount{"energy", [](const LearnedApproximation& made) { return made.energy.value_or(Picojoules{}).value; }},
};

TrainOptions claimed_training(const YamlNode& with, std::uint64_t seed) {
  TrainOptions options{.epochs = with.at("epochs").integer("epochs", 1, most_claimed), .seed = seed};
  if (const YamlNode* batch = with.find("batch")) {
    options.batch = batch->integer("batch", 1, most_claimed);
  }
  options.schedule.kind = RateSchedule::Kind::Cosine;
  if (const YamlNode* augmentation = with.find("augment")) {
    options.task.augmentation = parse_augmentation(augmentation->text("augment"));
  }
  return options;
}

/// What a network costs on the machine that the claim names.
std::optional<NetworkCost> claimed_cost(const YamlNode& with, const Network& network, const MappingCache* cache) {
  const YamlNode* machine = with.find("on");
  return machine == nullptr
             ? std::nullopt
             : std::optional(cost_of(evaluate(network, claimed_accelerator(*machine), {.cache = cache})));
}

double share_of_weights_left(const CompressionSummary& summary) {
  double left = 0.0;
  double all = 0.0;
  for (const LayerSummary& layer : summary.layers) {
    left += layer.storage.density * static_cast<double>(layer.weights);
    all += static_cast<double>(layer.weights);
  }
  return left / all;
}

CompressionData data_from(const YamlNode& with, const DataSet& train, const MappingCache* cache) {
  CompressionData data;
  data.observe = [&train](const Network& network) {
    const AccuracyOptions wanted{.samples = claimed_calibration, .observe = true};
    return measure_accuracy(Plan(network, {.watched = true}), train, wanted).observations;
  };
  data.calibration = [&train](const Network& network) {
    return examples_of(train, network, {.samples = claimed_products});
  };
  if (with.find("on") != nullptr) {
    data.energy = [&with, cache](const Network& network) {
      return layer_energies(*claimed_cost(with, network, cache));
    };
  }
  data.tuning.examples = [&train](const Network& network) { return examples_of(train, network); };
  return data;
}

LearnedApproximation learned_with_seed(const YamlNode& with, const LearningData& data, std::uint64_t seed,
                                       const MappingCache* cache) {
  const Network empty = claimed_network(with.at("of"));
  CompressionRules rules = parse_rules(with.at("rules"));
  if (rules.fine_tune) {
    rules.fine_tune->seed = seed;
  }
  const Network original =
      train({.network = empty, .train = examples_of(*data.train, empty), .options = claimed_training(with, seed)})
          .network;
  const Compressed made = compress(original, rules, data_from(with, *data.train, cache));
  const auto right = [&](const Measurement& measured) {
    return 100.0 * measured.accuracy.share(measured.accuracy.top1);
  };
  const Measurement after = measure_accuracy(Plan(made.network), *data.test);
  const CompressionSummary summary = summary_of(original, made);
  const ExitUse exits = exit_use(made.network, after.exits);
  const auto energy = claimed_cost(with, made.network, cache);
  const double macs = exits.rows.empty() ? static_cast<double>(summary.macs) : exits.mean_macs();
  return {right(measure_accuracy(Plan(original), *data.test)),
          right(after),
          summary.ratio(),
          static_cast<double>(summary.macs_before) / macs,
          share_of_weights_left(summary),
          energy ? std::optional(energy_of(*energy)) : std::nullopt};
}

}  // namespace

/// The mean over the seeds 1, 2, …
double learned_approximation(const YamlNode& with, const ClaimMeans& means) {
  const auto& row = row_named(learned_counts, with.at("count"), "count", "count");
  if (std::string(row.name) == "energy") {
    with.at("on");  // says so where no machine is named
  }
  const LearningData data = open_learning_data(with.at("data").text("data"), means.data_folders);
  if (!data.train || !data.test) {
    throw InputError(with.at("data").position(), "the data set has no test of its own");
  }
  const auto seeds = static_cast<std::uint64_t>(with.at("seeds").integer("seeds", 1, most_claimed));
  std::vector<double> found;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    found.push_back(row.of(learned_with_seed(with, data, seed, means.cache)));
  }
  return sample_mean(found).mean;
}

}  // namespace pj
