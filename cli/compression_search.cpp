#include <chrono>
#include <memory>

#include "cli/compression_pricing.hpp"
#include "cli/compression_verb.hpp"
#include "cli/output.hpp"
#include "pj/base/error.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/text.hpp"
#include "pj/study/compression_search_report.hpp"
#include "pj/study/measured_latency.hpp"

namespace pj {

namespace {

/// Ends a search by throwing: on request, or when its time is up.
class SearchClock {
 public:
  SearchClock(const Options& options, const Console& console) : limit_(options.time_limit), console_(console) {}

  void check() const {
    console_.interrupt.check();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    if (limit_ > 0.0 && elapsed.count() > limit_) {
      throw Interrupted("stopped after " + exact(limit_) + " s");
    }
  }

 private:
  double limit_;
  const Console& console_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A data set and how it is prepared, for the file of results.
std::string measured_on(const Options& options, const DataSet& data, std::int64_t samples) {
  std::string classes;
  for (const std::vector<std::int64_t>& labels : data.labels) {
    for (const std::int64_t label : labels) {
      classes += std::to_string(label) + " ";
    }
    classes += ",";
  }
  return join(
      std::vector<std::string>{data.name, hash_of(classes), std::to_string(samples), std::to_string(options.resize),
                               std::to_string(options.crop), options.channels, options.range, options.mean,
                               options.deviation, options.records, options.squares ? "squares" : ""},
      "\n");
}

/// What mappings are to be the best in: what the network is to have least of, as far as it depends on them.
Objective mapping_objective(CompressionGoal goal) {
  switch (goal) {
    case CompressionGoal::Delay:
      return Objective::Delay;
    case CompressionGoal::EnergyDelay:
      return Objective::EnergyDelay;
    case CompressionGoal::Energy:
    case CompressionGoal::Bits:
      break;
  }
  return Objective::Energy;
}

/// Where costs come from: a model of an accelerator, or this processor's clock.
class CostSource {
 public:
  CostSource(const Options& options, const Network& original, const SearchClock& clock, Console& console) {
    const CompressionGoal goal = parse_compression_goal(options.objective);
    if (options.on != "cpu") {
      const MapperOptions mapper{.objective = mapping_objective(goal), .interrupt = &console.interrupt};
      pricing_ = std::make_unique<CompressionPricing>(options, mapper, console);
      check_report(options, pricing_->accelerator());
      depends_on_ = pricing_->depends_on(original);
      return;
    }
    if (goal != CompressionGoal::Delay && goal != CompressionGoal::Bits) {
      throw InputError("--on cpu measures time and no energy; add --objective delay, or bits");
    }
    console.progress.show("measuring the original's latency");
    meter_ = std::make_unique<LatencyMeter>(original, LatencyOptions{.check = [&clock] { clock.check(); }});
    depends_on_ = "this processor";
  }

  std::optional<Accelerator> accelerator() const {
    return pricing_ == nullptr ? std::nullopt : std::optional(pricing_->accelerator());
  }
  /// All that costs depend on beside the network, as text.
  const std::string& depends_on() const { return depends_on_; }

  NetworkCost cost(const Network& network) const {
    if (pricing_ != nullptr) {
      return cost_of(pricing_->estimate(network));
    }
    NetworkCost cost;
    for (const auto& [layer, time] : meter_->measure(network).layers) {
      cost.push_back({.layer = layer, .time = time});
    }
    return cost;
  }

 private:
  std::unique_ptr<CompressionPricing> pricing_;
  std::unique_ptr<LatencyMeter> meter_;
  std::string depends_on_;
};

/// What is searched, and with what.
struct SearchTask {
  const Network& original;
  const CompressionRules& rules;
  const CompressionSets& sets;
  const CompressionData& data;
};

CompressionMeasures measures_for(const Options& options, const CompressionSets& sets, const CostSource& source,
                                 const SearchClock& clock, Console& console) {
  CompressionMeasures measures;
  measures.accuracy = [&](const Network& network) {
    AccuracyOptions wanted = accuracy_options(options, console, "measuring");
    wanted.check = [&] { clock.check(); };
    return measure_accuracy(Plan(network), sets.train, wanted).accuracy;
  };
  measures.cost = [&](const Network& network) {
    clock.check();
    return source.cost(network);
  };
  if (sets.is_apart) {
    measures.test = [&](const Network& network) {
      AccuracyOptions wanted = accuracy_options(options, console, "testing");
      wanted.samples = 0;
      return measure_accuracy(Plan(network), sets.test, wanted).accuracy;
    };
  }
  measures.progress = [&](const std::string& text) { console.progress.show(text); };
  return measures;
}

CompressionSearch searched(const Options& options, const SearchTask& task, const CostSource& source,
                           const SearchClock& clock, Console& console) {
  CompressionData watched = task.data;
  watched.tuning.check = [&] { clock.check(); };
  const CompressionSearchOptions wanted{
      .goal = parse_compression_goal(options.objective),
      .max_drop = options.max_drop / 100.0,
      .test_front = options.front,
      .results = options.results,
      .measured_on = measured_on(options, task.sets.train, options.samples) + "\n" + source.depends_on(),
      .tested_on = measured_on(options, task.sets.test, 0)};
  return search_compression(task.original, task.rules, measures_for(options, task.sets, source, clock, console), wanted,
                            watched);
}

/// Stopped before anything was there to show.
[[noreturn]] void refuse_so_little_time(const Options& options) {
  throw InputError("not even the original was measured within " + exact(options.time_limit) +
                   " s; give the search more time with --time-limit");
}

/// Costs are of the accelerator, or of this processor where there is none.
struct Found {
  std::optional<Accelerator> accelerator;
  CompressionSearch search;
};

/// Where not even the original was measured in time, that is the limit's fault and no interrupt.
Found found_by(const Options& options, const SearchTask& task, Console& console) {
  const SearchClock clock(options, console);
  try {
    const CostSource source(options, task.original, clock, console);
    return {source.accelerator(), searched(options, task, source, clock, console)};
  } catch (const Interrupted&) {
    if (console.interrupt.requested()) {
      throw;
    }
    refuse_so_little_time(options);
  }
}

}  // namespace

void run_compression_search(const Options& options, const Network& original, const CompressionRules& rules,
                            const CompressionSets& sets, const CompressionData& data, Console& console) {
  const auto [accelerator, search] = found_by(options, {original, rules, sets, data}, console);
  const SearchSubject subject{.network = options.operands.front(),
                              .rules = !rules.name.empty() ? rules.name : options.rules,
                              .data = sets.train.name,
                              .test = sets.is_apart ? sets.test.name : "",
                              .accelerator = accelerator};
  if (search.best && !options.out.empty()) {
    console.progress.show("writing the best network");
    write_compressed(options, network_of(original, rules, search, search.points[*search.best], data).network,
                     options.out);
  }
  console.progress.clear();
  write_files(
      options, [&] { return search_json(search, subject); }, [&] { return search_csv(search, subject); });
  console.out << search_table(search, subject, options.front) << std::flush;
  if (console.interrupt.requested()) {
    throw Interrupted(
        "interrupted; the same command goes on from " +
        (options.results.empty() ? "the beginning; --results FILE would keep what is measured" : options.results));
  }
  if (!search.best) {
    throw InputError("no network within the budget was found" +
                     std::string(options.out.empty() ? "" : "; no network is written"));
  }
}

}  // namespace pj
