#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "pj/base/random.hpp"
#include "pj/base/sample_mean.hpp"
#include "pj/data/learning_data.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/row_named.hpp"
#include "pj/training/train.hpp"

namespace pj {

namespace {

/// Points with a class each, from the named rule.
struct Toy {
  const char* name;
  Examples (*make)();
};

Examples points(const char* name, std::size_t count, std::int64_t (*class_of)(double x, double y)) {
  Examples examples{.name = name, .shape = {2}};
  Rng rng(7);
  while (examples.count < count) {
    const double x = 2.0 * rng.uniform() - 1.0;
    const double y = 2.0 * rng.uniform() - 1.0;
    if (const std::int64_t label = class_of(x, y); label >= 0) {
      examples.inputs.insert(examples.inputs.end(), {static_cast<float>(x), static_cast<float>(y)});
      examples.classes.push_back(label);
      ++examples.count;
    }
  }
  return examples;
}

Examples exclusive_or() {
  return {.name = "XOR", .shape = {2}, .inputs = {0, 0, 0, 1, 1, 0, 1, 1}, .classes = {0, 1, 1, 0}, .count = 4};
}

/// Two classes with a gap around the line y = x + 0.2.
Examples separable() {
  return points("separable", 200, [](double x, double y) -> std::int64_t {
    return std::abs(x - y + 0.2) < 0.1 ? -1 : x - y + 0.2 > 0.0 ? 1 : 0;
  });
}

/// A disc, a ring around it, and what is outside.
Examples rings() {
  return points("rings", 400, [](double x, double y) -> std::int64_t {
    const double radius = std::hypot(x, y);
    return radius < 0.4 ? 0 : radius < 0.8 ? 1 : 2;
  });
}

constexpr std::array toys{Toy{"xor", exclusive_or}, Toy{"separable", separable}, Toy{"rings", rings}};

TrainOptions options_of(const YamlNode& with) {
  TrainOptions options{.epochs = with.at("epochs").integer("epochs", 1, most_claimed),
                       .batch = with.at("batch").integer("batch", 1, most_claimed),
                       .optimizer = {.rate = with.at("rate").number("rate")},
                       .initializer = Initializer::Xavier};
  if (const YamlNode* momentum = with.find("momentum")) {
    options.optimizer.kind = OptimizerOptions::Kind::Sgd;
    options.optimizer.momentum = momentum->number("momentum");
  }
  options.task.threads = 1;
  return options;
}

double share_right(const Network& network, const Examples& examples, const TrainOptions& options) {
  const BatchSums sums = Trainer(network, examples, options).measure(examples);
  return static_cast<double>(sums.right) / static_cast<double>(sums.rows);
}

Examples part_of(const Examples& examples, std::size_t first, std::size_t count) {
  std::vector<std::size_t> places(count);
  std::iota(places.begin(), places.end(), first);
  return chosen(examples, places);
}

/// Masks that keep the largest weights of every layer.
ParameterRules largest_kept(const Network& network, double share) {
  ParameterRules rules;
  const ParameterList parameters = find_parameters(network);
  const std::vector<double> numbers = initial_numbers(network, parameters, Initializer::Kaiming, 0);
  for (const Parameter& parameter : parameters.all) {
    if (parameter.part != Parameter::Part::Weight) {
      continue;
    }
    const auto own = parameter.of(std::span(numbers));
    std::vector<double> sizes(own.size());
    std::ranges::transform(own, sizes.begin(), [](double w) { return std::abs(w); });
    std::ranges::sort(sizes, std::greater{});
    const double least = sizes[static_cast<std::size_t>(share * static_cast<double>(sizes.size() - 1))];
    std::vector<bool> kept(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
      kept[i] = std::abs(own[i]) >= least;
    }
    rules[parameter.name] = masked(kept);
  }
  return rules;
}

}  // namespace

double toy_share(const YamlNode& with) {
  const Examples examples = row_named(toys, with.at("toy"), "toy", "toy").make();
  const Network network = claimed_network(with.at("of"));
  const TrainOptions options = options_of(with);
  return share_right(train({.network = network, .train = examples, .options = options}).network, examples, options);
}

double regained_share(const YamlNode& with) {
  const Examples examples = row_named(toys, with.at("toy"), "toy", "toy").make();
  const Network network = claimed_network(with.at("of"));
  TrainOptions options = options_of(with);
  const Network trained = train({.network = network, .train = examples, .options = options}).network;
  const double before = share_right(trained, examples, options);
  options.rules = largest_kept(trained, with.at("kept").number("kept"));
  const double pruned = share_right(trained, examples, options);
  const Network tuned = train({.network = trained, .train = examples, .options = options}).network;
  return (share_right(tuned, examples, options) - pruned) / (before - pruned);
}

/// In percent points of the second half of the toy, the mean over parts of the first half, all of which the teacher
/// saw.
double distillation_gain(const YamlNode& with) {
  const Examples all = row_named(toys, with.at("toy"), "toy", "toy").make();
  const Network student = claimed_network(with.at("of"));
  const TrainOptions alone = options_of(with);
  const std::size_t half = all.count / 2;
  const Examples known = part_of(all, 0, half);
  const Examples test = part_of(all, half, half);
  const Network teacher =
      train({.network = claimed_network(with.at("teacher")), .train = known, .options = alone}).network;
  TrainOptions taught = alone;
  taught.task.teacher =
      Teacher{&teacher, with.at("temperature").number("temperature"), with.at("share").number("share")};
  const auto samples = static_cast<std::size_t>(with.at("samples").integer("samples", 1, std::ssize(known.classes)));
  std::vector<double> gained;
  for (std::size_t first = 0; first + samples <= half; first += samples) {
    const Examples few = part_of(known, first, samples);
    const auto right = [&](const TrainOptions& options) {
      return share_right(train({.network = student, .train = few, .options = options}).network, test, alone);
    };
    gained.push_back(100.0 * (right(taught) - right(alone)));
  }
  return sample_mean(gained).mean;
}

double sine_error(const YamlNode& with) {
  constexpr std::size_t count = 200;
  Examples examples{.name = "sine", .shape = {1}, .count = count};
  for (std::size_t i = 0; i < count; ++i) {
    const double x = std::numbers::pi * (2.0 * static_cast<double>(i) / (count - 1) - 1.0);
    examples.inputs.push_back(static_cast<float>(x));
    examples.targets.push_back(static_cast<float>(std::sin(x)));
  }
  const Network network = claimed_network(with.at("of"));
  TrainOptions options = options_of(with);
  options.task.loss = Loss::MeanSquares;
  options.schedule.kind = RateSchedule::Kind::Cosine;
  Trainer trainer(network, examples, options);
  while (!trainer.is_done()) {
    trainer.step();
  }
  double worst = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<std::size_t> one{i};
    worst = std::max(worst, std::sqrt(trainer.measure(chosen(examples, one)).loss));
  }
  return worst;
}

double batch_loss_error(const YamlNode& with) {
  const Examples examples = row_named(toys, with.at("toy"), "toy", "toy").make();
  const Network network = claimed_network(with.at("of"));
  TrainOptions options{.batch = static_cast<std::int64_t>(examples.count)};
  options.task.threads = 1;
  Trainer trainer(network, examples, options);
  double sum = 0.0;
  for (std::size_t i = 0; i < examples.count; ++i) {
    const std::vector<std::size_t> one{i};
    sum += trainer.measure(chosen(examples, one)).loss;
  }
  trainer.step();
  return std::abs(trainer.rows().front().loss - sum / static_cast<double>(examples.count));
}

/// The largest difference between the weights after an epoch of `workers` that share each batch, and of one.
double update_difference(const YamlNode& with) {
  const Examples examples = row_named(toys, with.at("toy"), "toy", "toy").make();
  const Network network = claimed_network(with.at("of"));
  TrainOptions options = options_of(with);
  const auto numbers_with = [&](std::int64_t workers) {
    options.task.part = std::max<std::int64_t>(1, options.batch / workers);
    Trainer trainer(network, examples, options);
    while (!trainer.is_done()) {
      trainer.step();
    }
    return trainer.state().numbers;
  };
  const std::vector<float> one = numbers_with(1);
  const std::vector<float> many = numbers_with(with.at("workers").integer("workers", 1, most_claimed));
  double worst = 0.0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(one[i]) - static_cast<double>(many[i])));
  }
  return worst;
}

double trained_accuracy(const YamlNode& with, const ClaimMeans& means) {
  const Network network = claimed_network(with.at("of"));
  const LearningData data = open_learning_data(with.at("data").text("data"), means.data_folders);
  if (!data.train || !data.test) {
    throw InputError(with.at("data").position(), "the data set has no test of its own");
  }
  TrainOptions options = options_of(with);
  options.initializer = Initializer::Kaiming;
  options.task.threads = 0;
  options.schedule.kind = RateSchedule::Kind::Cosine;
  if (const YamlNode* augmentation = with.find("augment")) {
    options.task.augmentation = parse_augmentation(augmentation->text("augment"));
  }
  const Examples learned = examples_of(*data.train, network);
  const Examples test = examples_of(*data.test, network);
  const TrainResult result = train({.network = network, .train = learned, .test = &test, .options = options});
  return 100.0 * *result.rows.back().test_accuracy;
}

}  // namespace pj
