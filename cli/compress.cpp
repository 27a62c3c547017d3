#include "pj/compression/compress.hpp"

#include "cli/compression_pricing.hpp"
#include "cli/compression_verb.hpp"
#include "cli/output.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/compression/dialect.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/compression_runs.hpp"
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
  const bool has_runs = std::ssize(options.operands) * options.seeds > 1;
  for (const std::string& path :
       {has_runs ? numbered(options.out, 1) : options.out, options.json, options.csv, options.report}) {
    if (!path.empty()) {
      check_can_write(path);
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
  const Measurement after = measure_accuracy(Plan(compressed), sets->test, accuracy_options(options, console, "after"));
  report.after = after.accuracy;
  report.exits = exit_use(compressed, after.exits);
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
  if (wants_search && (options.seeds > 1 || options.operands.size() > 1)) {
    throw InputError("--max-drop searches for one network; leave --seeds and other networks out");
  }
  if (options.seeds > 1 && !rules.fine_tune) {
    throw InputError("--seeds trains with other chance each time; the rules have no fine_tune");
  }
  if (wants_search && (options.data.empty() || options.on.empty())) {
    throw InputError("--max-drop weighs accuracy against cost; give --data and --on");
  }
  if (!wants_search && (options.front || !options.results.empty())) {
    throw InputError("--front and --results belong to a search; ask for one with --max-drop");
  }
  if (!wants_search && !rules.choices.empty()) {
    throw InputError(options.rules + ": the rules leave choices to a search; ask for one with --max-drop");
  }
}

Network original_network(const Options& options, const std::string& operand) {
  LoadOptions load = load_options(options);
  load.load_data = true;
  return load_network(operand, load);
}

/// One network by rules without choices; it is written to `out`.
CompressionReport run_rules(const Options& options, const std::string& operand, const CompressionRules& rules,
                            const std::optional<CompressionSets>& sets, const std::string& out, Console& console) {
  const Network original = original_network(options, operand);
  const Compressed compressed = compress(original, rules, data_for_rules(options, sets, console));
  CompressionReport report{.network = operand,
                           .rules = rules.name.empty() ? options.rules : rules.name,
                           .summary = summary_of(original, compressed),
                           .changes = compressed.changes};
  measure(options, sets, original, compressed.network, report, console);
  price(options, original, compressed.network, report, console);
  console.progress.clear();
  write_compressed(options, compressed.network, out);
  return report;
}

/// Every network with every seed: the layers of the first, and a line for each.
void run_often(const Options& options, CompressionRules rules, const std::optional<CompressionSets>& sets,
               Console& console) {
  std::vector<CompressionRun> runs;
  const std::uint64_t first = rules.fine_tune ? rules.fine_tune->seed : 1;
  for (const std::string& operand : options.operands) {
    for (std::int64_t i = 0; i < options.seeds; ++i) {
      const std::uint64_t seed = first + runs.size();
      if (rules.fine_tune) {
        rules.fine_tune->seed = seed;
      }
      const std::string out = numbered(options.out, std::ssize(runs) + 1);
      runs.push_back({seed, run_rules(options, operand, rules, sets, out, console)});
    }
  }
  write_files(
      options, [&] { return compression_runs_json(runs); }, [&] { return compression_runs_csv(runs); });
  console.out << compression_table(runs.front().report) << "\n" << compression_runs_table(runs);
}

}  // namespace

void write_compressed(const Options& options, const Network& network, const std::string& out) {
  if (!out.empty()) {
    export_onnx(in_dialect(network, parse_dialect(options.dialect)), out);
  }
}

void run_compress(const Options& options, Console& console) {
  check_options(options);
  const CompressionRules rules = options.rules.empty() ? usual_choices() : load_rules(options.rules);
  check_search(options, rules);
  const std::optional<CompressionSets> sets = compression_sets(options);
  if (options.max_drop > 0.0) {
    run_compression_search(options, original_network(options, options.operands.front()), rules, *sets,
                           data_for_rules(options, sets, console), console);
    return;
  }
  if (std::ssize(options.operands) * options.seeds > 1) {
    run_often(options, rules, sets, console);
    return;
  }
  const CompressionReport report = run_rules(options, options.operands.front(), rules, sets, options.out, console);
  write_files(
      options, [&] { return compression_json(report); }, [&] { return compression_csv(report); });
  console.out << compression_table(report);
}

}  // namespace pj
