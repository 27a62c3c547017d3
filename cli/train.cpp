#include <cstdlib>
#include <memory>

#include "cli/crew.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/data/learning_data.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/train_report.hpp"
#include "pj/training/checkpoint.hpp"

namespace pj {

namespace {

constexpr std::int64_t usual_batch = 64;
constexpr double usual_rate_adam = 1e-3;
constexpr double usual_rate_sgd = 1e-2;

OptimizerOptions optimizer_of(const Options& options) {
  if (options.optimizer != "adam" && options.optimizer != "sgd") {
    throw InputError("--optimizer is adam or sgd, not '" + options.optimizer + "'");
  }
  const bool is_adam = options.optimizer == "adam";
  return {.kind = is_adam ? OptimizerOptions::Kind::Adam : OptimizerOptions::Kind::Sgd,
          .rate = options.rate > 0.0 ? options.rate
                  : is_adam          ? usual_rate_adam
                                     : usual_rate_sgd,
          .momentum = options.momentum,
          .weight_decay = options.weight_decay};
}

Initializer initializer_of(const std::string& name) {
  if (name != "kaiming" && name != "xavier") {
    throw InputError("--initializer is kaiming or xavier, not '" + name + "'");
  }
  return name == "kaiming" ? Initializer::Kaiming : Initializer::Xavier;
}

TrainOptions train_options(const Options& options) {
  TrainOptions result{.epochs = options.epochs,
                      .batch = options.batch == 0 ? usual_batch : options.batch,
                      .optimizer = optimizer_of(options),
                      .schedule = parse_schedule(options.schedule),
                      .initializer = initializer_of(options.initializer),
                      .clip_norm = options.clip,
                      .seed = static_cast<std::uint64_t>(options.seed)};
  result.schedule.warm_up = options.warm_up;
  result.task.loss = parse_loss(options.loss);
  result.task.augmentation = parse_augmentation(options.augment);
  result.task.threads = static_cast<int>(options.threads);
  return result;
}

/// What is learned from, and what is measured on.
struct LearningSets {
  Examples train, test;
};

/// The last tenth of a text is for the test.
LearningSets text_sets(const LearningData& data, const Network& network) {
  const Sizes& shape = network.values[network.inputs.front()].shape;
  if (shape.size() != 2) {
    throw InputError("network '" + network.name + "' takes " + shape_text(shape) +
                     "; one that learns a text takes batch × steps whole numbers");
  }
  const std::string all = vocabulary(data.text);
  const std::size_t cut = data.text.size() / 10 * 9;
  return {examples_of_text(data.text.substr(0, cut), all, shape[1], data.name),
          examples_of_text(data.text.substr(cut), all, shape[1], "the last tenth of " + data.name)};
}

LearningSets learning_sets_of(const Options& options, const Network& network, Console& console) {
  if (options.data.empty()) {
    throw InputError("--data is missing; name a data set, as fashion-mnist, or the file or folder that holds one");
  }
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  const LearningData data = open_learning_data(options.data, data_folders(), {.records = records});
  if (!data.train) {
    return text_sets(data, network);
  }
  const ExampleOptions wanted{.preprocessing = preprocessing(options),
                              .samples = static_cast<std::size_t>(options.samples),
                              .threads = static_cast<int>(options.threads),
                              .check = [&] { console.interrupt.check(); }};
  LearningSets sets{examples_of(*data.train, network, wanted), {}};
  ExampleOptions all = wanted;
  all.samples = 0;
  if (!options.test.empty()) {
    sets.test = examples_of(load_data_set(options.test, {.records = records}), network, all);
  } else if (data.test) {
    sets.test = examples_of(*data.test, network, all);
  }
  return sets;
}

TrainReport report_of(const Network& network, const LearningSets& sets, const TrainOptions& options) {
  const ParameterList parameters = find_parameters(network);
  return {.network = network.name,
          .data = sets.train.name,
          .test = sets.test.name,
          .settings = settings_of(network, sets.train, options),
          .parameters = static_cast<std::int64_t>(parameters.learned),
          .test_rows = std::ssize(sets.test.classes),
          .classifies = !sets.train.classes.empty(),
          .cost = training_cost(network)};
}

std::string progress_line(const TrainProgress& at) {
  return "epoch " + std::to_string(at.epoch) + " of " + std::to_string(at.epochs) + ", step " + grouped(at.step) +
         " of " + grouped(at.steps) + ": loss " + significant(at.loss) + ", " + significant(100.0 * at.accuracy) +
         " % right";
}

std::string checkpoint_of(const Options& options) {
  return !options.checkpoint.empty() ? options.checkpoint
         : options.out.empty()       ? std::string()
                                     : options.out + ".checkpoint";
}

void check_outputs(const Options& options) {
  if (!options.out.empty() && !options.out.ends_with(".onnx")) {
    throw InputError("--out is " + options.out + "; a trained network is written as .onnx");
  }
  for (const std::string& path : {options.out, checkpoint_of(options)}) {
    if (!path.empty()) {
      check_can_write(path);
    }
  }
  if (options.resume && checkpoint_of(options).empty()) {
    throw InputError("--resume goes on from a checkpoint; name it with --checkpoint, or --out, beside which it lies");
  }
}

Peers peers_of(Crew& crew, bool has_server) {
  return {.rank = crew.rank(),
          .size = crew.size(),
          .has_server = has_server,
          .add_floats = [&](std::span<float> numbers) { crew.add(numbers); },
          .add_doubles = [&](std::span<double> numbers) { crew.add(numbers); },
          .spread = [&](std::span<float> numbers) { crew.spread(numbers); }};
}

void finish(const Options& options, const TrainReport& report, const Network& network, Console& console) {
  console.out << train_summary(report);
  if (!options.out.empty()) {
    export_onnx(network, options.out);
  }
  write_files(
      options, [&] { return train_json(report); }, [&] { return train_csv(report); });
}

/// What the last epoch had right on the test; nothing where there is no test of classes.
std::optional<double> run_alone_or_with(Crew* crew, const Options& options, Console& console) {
  check_outputs(options);
  LoadOptions load = load_options(options);
  load.batch = 1;
  load.load_data = true;
  const Network network = load_network(options.operands.front(), load);
  const TrainOptions wanted = train_options(options);
  const LearningSets sets = learning_sets_of(options, network, console);
  TrainReport report = report_of(network, sets, wanted);
  TrainRequest request{.network = network,
                       .train = sets.train,
                       .test = sets.test.count > 0 ? &sets.test : nullptr,
                       .options = wanted,
                       .checkpoint = checkpoint_of(options),
                       .resume = options.resume,
                       .interrupt = &console.interrupt};
  if (crew != nullptr) {
    request.peers = peers_of(*crew, options.server);
  }
  const bool is_first = crew == nullptr || crew->rank() == 0;
  bool is_begun = false;
  request.progress = [&](const TrainProgress& at) { console.progress.show(progress_line(at)); };
  request.epoch_done = [&](const EpochRow& row) {
    if (is_first) {
      console.progress.clear();
      console.out << (is_begun ? "" : train_heading(report)) << train_line(report, row) << std::flush;
      is_begun = true;
    }
  };
  const TrainResult result = train(request);
  if (is_first) {
    report.rows = result.rows;
    finish(options, report, result.network, console);
  }
  return result.rows.empty() || !report.classifies ? std::nullopt : result.rows.back().test_accuracy;
}

/// One training after the other, each with files of its own, and the mean of what they have right.
void run_seeds(Crew* crew, const Options& options, Console& console) {
  std::vector<double> right;
  for (std::int64_t i = 0; i < options.seeds; ++i) {
    Options one = options;
    one.seed = options.seed + i;
    for (std::string* file : {&one.out, &one.checkpoint, &one.json, &one.csv, &one.report}) {
      *file = numbered(*file, one.seed);
    }
    const std::optional<double> share = run_alone_or_with(crew, one, console);
    right.insert(right.end(), share ? 1 : 0, share.value_or(0.0));
  }
  if (!right.empty() && (crew == nullptr || crew->rank() == 0)) {
    console.out << seeds_summary(right);
  }
}

}  // namespace

/// What is wrong, all processes of a crew find at the same place; the first one says it.
void run_train(const Options& options, Console& console) {
  const std::unique_ptr<Crew> crew = crew_of_this_process();
  try {
    if (options.seeds > 1) {
      run_seeds(crew.get(), options, console);
    } else {
      run_alone_or_with(crew.get(), options, console);
    }
  } catch (const InputError&) {
    if (crew == nullptr || crew->rank() == 0) {
      throw;
    }
  }
}

}  // namespace pj
