#include "pj/compression/compress.hpp"

#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/data/learning_data.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/compression_report.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/study/load.hpp"

namespace pj {

namespace {

constexpr std::size_t calibration_samples = 128;

void check_options(const Options& options) {
  if (options.rules.empty()) {
    throw InputError("compress needs the approximations; give a file with --rules");
  }
  if (!options.out.empty() && !options.out.ends_with(".onnx")) {
    throw InputError("--out: '" + options.out + "' must end in .onnx");
  }
  for (const std::string* path : {&options.out, &options.json, &options.csv}) {
    if (!path->empty()) {
      check_can_write(*path);
    }
  }
  if (options.data.empty() && !options.test.empty()) {
    throw InputError("--test measures what --data calibrates and trains; give that, too");
  }
}

/// What there is to calibrate and train on, and what to measure on: the same where a data set has no other part.
struct Sets {
  DataSet train, test;
};

std::optional<Sets> sets_of(const Options& options) {
  if (options.data.empty()) {
    return std::nullopt;
  }
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  const LearningData data = open_learning_data(options.data, data_folders(), {.records = records});
  if (!data.train) {
    throw InputError("--data: '" + options.data + "' is a text; accuracy is measured on samples with classes");
  }
  Sets sets{*data.train, data.test ? *data.test : *data.train};
  if (!options.test.empty()) {
    sets.test = load_data_set(options.test, {.records = records});
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

/// What rules learn from data: ranges of activations from the first samples, weights from all.
CompressionData data_for_rules(const Options& options, const std::optional<Sets>& sets, Console& console) {
  if (!sets) {
    return {};
  }
  CompressionData data;
  data.observe = [&options, &console, &sets](const Network& network) {
    AccuracyOptions wanted = accuracy_options(options, console, "observing");
    wanted.samples = calibration_samples;
    wanted.observe = true;
    return measure_accuracy(Plan(network), sets->train, wanted).observations;
  };
  data.tuning.examples = [&options, &console, &sets](const Network& network) {
    return examples_of(sets->train, network,
                       {.preprocessing = preprocessing(options),
                        .threads = static_cast<int>(options.threads),
                        .check = [&console] { console.interrupt.check(); }});
  };
  data.tuning.check = [&console] { console.interrupt.check(); };
  data.tuning.progress = [&console](const std::string& text) { console.progress.show(text); };
  return data;
}

void measure(const Options& options, const std::optional<Sets>& sets, const Network& original,
             const Network& compressed, CompressionReport& report, Console& console) {
  if (!sets) {
    return;
  }
  report.data = sets->test.name;
  report.before = measure_accuracy(Plan(original), sets->test, accuracy_options(options, console, "before")).accuracy;
  report.after = measure_accuracy(Plan(compressed), sets->test, accuracy_options(options, console, "after")).accuracy;
}

void price(const Options& options, const Network& original, const Network& compressed, CompressionReport& report,
           Console& console) {
  if (options.on.empty()) {
    return;
  }
  const Accelerator accelerator = load_accelerator(options.on, accelerator_options(options, console));
  const MappingCache cache(cache_folder(options));
  EvaluateOptions wanted{.mapper = mapper_options(options, console), .cache = &cache};
  wanted.threads = static_cast<int>(options.threads);
  console.progress.show("searching mappings");
  report.accelerator = accelerator.name;
  report.energy_before = evaluate(original, accelerator, wanted).energy().value;
  report.energy = evaluate(compressed, accelerator, wanted).energy().value;
  warn_of_fault(cache, console);
}

}  // namespace

void run_compress(const Options& options, Console& console) {
  check_options(options);
  LoadOptions load = load_options(options);
  load.load_data = true;
  const Network original = load_network(options.operands.front(), load);
  const CompressionRules rules = load_rules(options.rules);
  const std::optional<Sets> sets = sets_of(options);
  const Compressed compressed = compress(original, rules, data_for_rules(options, sets, console));
  CompressionReport report{.network = options.operands.front(),
                           .rules = rules.name.empty() ? options.rules : rules.name,
                           .summary = summary_of(original, compressed),
                           .changes = compressed.changes};
  measure(options, sets, original, compressed.network, report, console);
  price(options, original, compressed.network, report, console);
  console.progress.clear();
  if (!options.out.empty()) {
    export_onnx(compressed.network, options.out);
  }
  write_files(
      options, [&] { return compression_json(report); }, [&] { return compression_csv(report); });
  console.out << compression_table(report);
}

}  // namespace pj
