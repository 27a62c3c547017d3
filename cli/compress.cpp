#include "pj/compression/compress.hpp"

#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/dialect.hpp"
#include "pj/data/learning_data.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/compression_runs.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/study/load.hpp"
#include "pj/sweep/compression_search_report.hpp"

namespace pj {

namespace {

constexpr std::size_t calibration_samples = 128;

void check_options(const Options& options) {
  if (options.rules.empty() && options.max_drop == 0.0) {
    throw InputError("compress needs the approximations: give a file with --rules, or let --max-drop search");
  }
  if (!options.out.empty() && !options.out.ends_with(".onnx")) {
    throw InputError("--out: '" + options.out + "' must end in .onnx");
  }
  const bool has_runs = std::ssize(options.operands) * options.seeds > 1;
  for (const std::string& path : {has_runs ? numbered(options.out, 1) : options.out, options.json, options.csv}) {
    if (!path.empty()) {
      check_can_write(path);
    }
  }
  parse_dialect(options.dialect);
  if (options.data.empty() && !options.test.empty()) {
    throw InputError("--test measures what --data calibrates and trains; give that, too");
  }
}

/// What there is to calibrate and train on, and what to measure on: the same where a data set has no other part.
struct CompressionSets {
  DataSet train, test;
};

std::optional<CompressionSets> compression_sets(const Options& options) {
  if (options.data.empty()) {
    return std::nullopt;
  }
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  const LearningData data = open_learning_data(options.data, data_folders(), {.records = records});
  if (!data.train) {
    throw InputError("--data: '" + options.data + "' is a text; accuracy is measured on samples with classes");
  }
  CompressionSets sets{*data.train, data.test ? *data.test : *data.train};
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

/// Prices networks on the accelerator that was asked for.
class Pricing {
 public:
  Pricing(const Options& options, Console& console)
      : accelerator_(load_accelerator(options.on, accelerator_options(options, console))),
        cache_(cache_folder(options)),
        console_(console) {
    wanted_ = {.mapper = mapper_options(options, console), .cache = &cache_};
    wanted_.threads = static_cast<int>(options.threads);
  }
  Pricing(const Pricing&) = delete;
  Pricing& operator=(const Pricing&) = delete;
  ~Pricing() { warn_of_fault(cache_, console_); }

  const std::string& name() const { return accelerator_.name; }
  Estimate estimate(const Network& network) const {
    console_.progress.show("searching mappings");
    return evaluate(network, accelerator_, wanted_);
  }
  std::map<std::string, double> energies(const Network& network) const {
    std::map<std::string, double> energies;
    for (const LayerEstimate& layer : estimate(network).layers) {
      energies[layer.name] += layer.result.cost.energy().value;
    }
    return energies;
  }

 private:
  Accelerator accelerator_;
  MappingCache cache_;
  EvaluateOptions wanted_;
  Console& console_;
};

void price(const Options& options, const Network& original, const Network& compressed, CompressionReport& report,
           Console& console) {
  if (options.on.empty()) {
    return;
  }
  const Pricing pricing(options, console);
  report.accelerator = pricing.name();
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
    throw InputError("--max-drop weighs accuracy against energy; give --data and --on");
  }
  if (!wants_search && (options.front || !options.results.empty())) {
    throw InputError("--front and --results belong to a search; ask for one with --max-drop");
  }
  if (!wants_search && !rules.choices.empty()) {
    throw InputError(options.rules + ": the rules leave choices to a search; ask for one with --max-drop");
  }
}

/// What the data and their preparation are, for the file of results.
std::string measured_on(const Options& options, const CompressionSets& sets) {
  return join(std::vector<std::string>{sets.test.name, std::to_string(options.samples), std::to_string(options.resize),
                                       std::to_string(options.crop), options.channels, options.range, options.mean,
                                       options.deviation, options.records, options.squares ? "squares" : ""},
              "\n");
}

/// The best network within the budget; the original's rules alone where there is none.
Compressed searched(const Options& options, const Network& original, const CompressionRules& rules,
                    const CompressionSets& sets, const CompressionData& data, Console& console) {
  const Pricing pricing(options, console);
  CompressionMeasures measures;
  measures.accuracy = [&](const Network& network) {
    return measure_accuracy(Plan(network), sets.test, accuracy_options(options, console, "measuring")).accuracy;
  };
  measures.energies = [&](const Network& network) { return pricing.energies(network); };
  measures.progress = [&](const std::string& text) { console.progress.show(text); };
  measures.check = [&] { console.interrupt.check(); };
  const CompressionSearchOptions wanted{options.max_drop / 100.0, options.results, measured_on(options, sets)};
  const CompressionSearch search = search_compression(original, rules, measures, wanted, data);
  console.progress.clear();
  write_files(
      options, [&] { return search_json(search, wanted.max_drop); }, [&] { return search_csv(search); });
  console.out << search_table(search, wanted.max_drop, options.front);
  if (!search.best) {
    throw InputError("no network within the budget was found; nothing is written");
  }
  return with_choices(original, rules, search, search.points[*search.best].choices, data);
}

void write_network(const Options& options, const Network& network, const std::string& out) {
  if (!out.empty()) {
    export_onnx(in_dialect(network, parse_dialect(options.dialect)), out);
  }
}

void run_search(const Options& options, const Network& original, const CompressionRules& rules,
                const CompressionSets& sets, const CompressionData& data, Console& console) {
  const Compressed best = searched(options, original, rules, sets, data, console);
  write_network(options, best.network, options.out);
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
  write_network(options, compressed.network, out);
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

void run_compress(const Options& options, Console& console) {
  check_options(options);
  const CompressionRules rules = options.rules.empty() ? usual_choices() : load_rules(options.rules);
  check_search(options, rules);
  const std::optional<CompressionSets> sets = compression_sets(options);
  if (options.max_drop > 0.0) {
    run_search(options, original_network(options, options.operands.front()), rules, *sets,
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
