#include "cli/compression_data.hpp"

#include "cli/compression_pricing.hpp"
#include "cli/output.hpp"
#include "pj/base/error.hpp"
#include "pj/data/hold_out.hpp"
#include "pj/data/learning_data.hpp"
#include "pj/study/load.hpp"

namespace pj {

namespace {

constexpr std::size_t calibration_samples = 128;
constexpr std::size_t samples_for_products = 1024;  // more than the inputs of most filters

}  // namespace

std::optional<CompressionSets> compression_sets(const Options& options) {
  if (options.data.empty()) {
    return std::nullopt;
  }
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  const LearningData data = open_learning_data(options.data, data_folders(), {.records = records});
  if (!data.train) {
    throw InputError("--data: '" + options.data + "' is a text; accuracy is measured on samples with classes");
  }
  if (options.hold_out > 0.0) {
    auto [left, held] = with_held_out(*data.train, options.hold_out / 100.0);
    return CompressionSets{std::move(left), std::move(held), true};
  }
  CompressionSets sets{*data.train, data.test ? *data.test : *data.train, data.test.has_value()};
  if (!options.test.empty()) {
    sets.test = load_data_set(options.test, {.records = records});
    sets.is_apart = true;
  }
  return sets;
}

AccuracyOptions accuracy_options(const Options& options, Console& console, const std::string& what) {
  AccuracyOptions wanted{.preprocessing = preprocessing(options),
                         .samples = static_cast<std::size_t>(options.samples),
                         .threads = static_cast<int>(options.threads)};
  wanted.progress = [&console, what](std::size_t done, std::size_t all) {
    console.progress.show(what + ": " + std::to_string(done) + " of " + std::to_string(all) + " samples");
  };
  wanted.check = [&console] { console.interrupt.check(); };
  return wanted;
}

CompressionData data_for_rules(const Options& options, const std::optional<CompressionSets>& sets, Console& console) {
  if (!sets) {
    return {};
  }
  CompressionData data;
  data.observe = [&options, &console, &sets](const Network& network) {
    AccuracyOptions wanted = accuracy_options(options, console, "observing");
    wanted.samples = calibration_samples;
    wanted.observe = true;
    return measure_accuracy(Plan(network, {.watched = true}), sets->train, wanted).observations;
  };
  data.calibration = [&options, &sets](const Network& network) {
    return examples_of(sets->train, network,
                       {.preprocessing = preprocessing(options),
                        .samples = samples_for_products,
                        .threads = static_cast<int>(options.threads)});
  };
  if (!options.on.empty() && options.on != "cpu") {
    data.energy = [&options, &console](const Network& network) { return layer_energies(options, network, console); };
  }
  data.tuning.examples = [&options, &console, &sets](const Network& network) {
    return examples_of(sets->train, network,
                       {.preprocessing = preprocessing(options),
                        .threads = static_cast<int>(options.threads),
                        .check = [&console] { console.interrupt.check(); }});
  };
  data.tuning.teacher = [&options](const std::string& file) {
    LoadOptions load = load_options(options);
    load.load_data = true;
    return load_network(file, load);
  };
  data.tuning.threads = static_cast<int>(options.threads);
  data.tuning.check = [&console] { console.interrupt.check(); };
  data.tuning.progress = [&console](const std::string& text) { console.progress.show(text); };
  return data;
}

}  // namespace pj
