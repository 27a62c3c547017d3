#include "pj/compression/compress.hpp"

#include "cli/cache.hpp"
#include "cli/data.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
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
  if (!options.save.empty() && !options.save.ends_with(".onnx")) {
    throw InputError("--save: '" + options.save + "' must end in .onnx");
  }
  for (const std::string* path : {&options.save, &options.json, &options.csv}) {
    if (!path->empty()) {
      check_can_write(*path);
    }
  }
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

/// What flows through the network, for the scales of its activations.
CompressionData calibration(const Options& options, Console& console) {
  const std::string path = options.calibration.empty() ? options.data : options.calibration;
  if (path.empty()) {
    return {};
  }
  return {[&options, &console, path](const Network& network) {
    AccuracyOptions wanted = accuracy_options(options, console, "observing");
    wanted.samples = calibration_samples;
    wanted.observe = true;
    return measure_accuracy(Plan(network), data_set(options, path), wanted).observations;
  }};
}

void measure(const Options& options, const Network& original, const Network& compressed, CompressionReport& report,
             Console& console) {
  if (options.data.empty()) {
    return;
  }
  const DataSet data = data_set(options, options.data);
  report.data = data.name;
  report.before = measure_accuracy(Plan(original), data, accuracy_options(options, console, "before")).accuracy;
  report.after = measure_accuracy(Plan(compressed), data, accuracy_options(options, console, "after")).accuracy;
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
  const Compressed compressed = compress(original, rules, calibration(options, console));
  CompressionReport report{.network = options.operands.front(),
                           .rules = rules.name.empty() ? options.rules : rules.name,
                           .summary = summary_of(original, compressed),
                           .changes = compressed.changes};
  measure(options, original, compressed.network, report, console);
  price(options, original, compressed.network, report, console);
  console.progress.clear();
  if (!options.save.empty()) {
    export_onnx(compressed.network, options.save);
  }
  write_files(
      options, [&] { return compression_json(report); }, [&] { return compression_csv(report); });
  console.out << compression_table(report);
}

}  // namespace pj
