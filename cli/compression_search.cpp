#include <chrono>

#include "cli/compression_pricing.hpp"
#include "cli/compression_verb.hpp"
#include "cli/output.hpp"
#include "pj/base/error.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/text.hpp"
#include "pj/study/compression_search_report.hpp"

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

CompressionMeasures measures_for(const Options& options, const CompressionSets& sets, const CompressionPricing& pricing,
                                 const SearchClock& clock, Console& console) {
  CompressionMeasures measures;
  measures.accuracy = [&](const Network& network) {
    AccuracyOptions wanted = accuracy_options(options, console, "measuring");
    wanted.check = [&] { clock.check(); };
    return measure_accuracy(Plan(network), sets.train, wanted).accuracy;
  };
  measures.cost = [&](const Network& network) {
    clock.check();
    return cost_of(pricing.estimate(network));
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

/// Where not even the original was measured in time, that is the limit's fault and no interrupt.
CompressionSearch searched(const Options& options, const Network& original, const CompressionRules& rules,
                           const CompressionSets& sets, const CompressionPricing& pricing, const CompressionData& data,
                           Console& console) {
  const CompressionGoal goal = parse_compression_goal(options.objective);
  const SearchClock clock(options, console);
  CompressionData watched = data;
  watched.tuning.check = [&] { clock.check(); };
  const CompressionSearchOptions wanted{
      .goal = goal,
      .max_drop = options.max_drop / 100.0,
      .test_front = options.front,
      .results = options.results,
      .measured_on = measured_on(options, sets.train, options.samples) + "\n" + pricing.depends_on(original),
      .tested_on = measured_on(options, sets.test, 0)};
  try {
    return search_compression(original, rules, measures_for(options, sets, pricing, clock, console), wanted, watched);
  } catch (const Interrupted&) {
    if (console.interrupt.requested()) {
      throw;
    }
    throw InputError("not even the original was measured within " + exact(options.time_limit) +
                     " s; give the search more time with --time-limit");
  }
}

}  // namespace

void run_compression_search(const Options& options, const Network& original, const CompressionRules& rules,
                            const CompressionSets& sets, const CompressionData& data, Console& console) {
  const MapperOptions mapper{.objective = mapping_objective(parse_compression_goal(options.objective)),
                             .interrupt = &console.interrupt};
  const CompressionPricing pricing(options, mapper, console);
  check_report(options, pricing.accelerator());
  const CompressionSearch search = searched(options, original, rules, sets, pricing, data, console);
  const SearchSubject subject{.network = options.operands.front(),
                              .rules = !rules.name.empty() ? rules.name : options.rules,
                              .data = sets.train.name,
                              .test = sets.is_apart ? sets.test.name : "",
                              .accelerator = pricing.accelerator()};
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
