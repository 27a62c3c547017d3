#include "pj/compression/compress.hpp"

#include "cli/compression_pricing.hpp"
#include "cli/compression_verb.hpp"
#include "cli/output.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/compression/dialect.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/compression_report.hpp"
#include "pj/study/load.hpp"

namespace pj {

namespace {

void check_options(const Options& options) {
  if (options.rules.empty() && options.max_drop == 0.0) {
    throw InputError("compress needs the approximations: give a file with --rules, or let --max-drop search");
  }
  if (!options.out.empty() && !options.out.ends_with(".onnx")) {
    throw InputError("--out: '" + options.out + "' must end in .onnx");
  }
  for (const std::string* path : {&options.out, &options.json, &options.csv}) {
    if (!path->empty()) {
      check_can_write(*path);
    }
  }
  parse_dialect(options.dialect);
  if (options.data.empty() && (!options.test.empty() || options.hold_out > 0.0)) {
    throw InputError("--test and --hold-out measure what --data calibrates and trains; give that, too");
  }
  if (!options.test.empty() && options.hold_out > 0.0) {
    throw InputError("--test and --hold-out both say what to measure on; give one of them");
  }
}

void measure(const Options& options, const std::optional<CompressionSets>& sets, const Network& original,
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
  const CompressionPricing pricing(options, mapper_options(options, console), console);
  report.accelerator = pricing.accelerator().name;
  report.energy_before = pricing.estimate(original).energy().value;
  report.energy = pricing.estimate(compressed).energy().value;
}

void check_search(const Options& options, const CompressionRules& rules) {
  const bool wants_search = options.max_drop > 0.0;
  if (wants_search && (options.data.empty() || options.on.empty())) {
    throw InputError("--max-drop weighs accuracy against energy; give --data and --on");
  }
  if (!wants_search && (options.front || !options.results.empty())) {
    throw InputError("--front and --results belong to a search; ask for one with --max-drop");
  }
  if (!wants_search && !rules.choices.empty()) {
    throw InputError(options.rules + ": the rules leave choices to a search; ask for one with --max-drop");
  }
}

}  // namespace

void write_compressed(const Options& options, const Network& network) {
  if (!options.out.empty()) {
    export_onnx(in_dialect(network, parse_dialect(options.dialect)), options.out);
  }
}

void run_compress(const Options& options, Console& console) {
  check_options(options);
  const CompressionRules rules = options.rules.empty() ? usual_choices() : load_rules(options.rules);
  check_search(options, rules);
  LoadOptions load = load_options(options);
  load.load_data = true;
  const Network original = load_network(options.operands.front(), load);
  const std::optional<CompressionSets> sets = compression_sets(options);
  const CompressionData data = data_for_rules(options, sets, console);
  if (options.max_drop > 0.0) {
    run_compression_search(options, original, rules, *sets, data, console);
    return;
  }
  const Compressed compressed = compress(original, rules, data);
  CompressionReport report{.network = options.operands.front(),
                           .rules = rules.name.empty() ? options.rules : rules.name,
                           .summary = summary_of(original, compressed),
                           .changes = compressed.changes};
  measure(options, sets, original, compressed.network, report, console);
  price(options, original, compressed.network, report, console);
  console.progress.clear();
  write_compressed(options, compressed.network);
  write_files(
      options, [&] { return compression_json(report); }, [&] { return compression_csv(report); });
  console.out << compression_table(report);
}

}  // namespace pj
