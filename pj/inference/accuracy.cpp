#include "pj/inference/accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/early_exits.hpp"

namespace pj {

namespace {

constexpr std::size_t top = 5;
constexpr std::size_t block = 64;            // samples at a time
constexpr std::int64_t most_classes = 4096;  // a confusion matrix of 128 MiB

void check_network(const Network& network) {
  if (network.inputs.size() != 1 || network.outputs.empty()) {
    throw InputError("network '" + network.name + "' has " + counted(std::ssize(network.inputs), "input") + " and " +
                     counted(std::ssize(network.outputs), "output") +
                     "; accuracy is measured of networks with one input and scores as their first output");
  }
  const std::int64_t classes = element_count(network.values[network.outputs.front()].shape);
  if (classes < 2 || classes > most_classes) {
    throw InputError("network '" + network.name + "' has " + counted(classes, "score") + "; accuracy needs 2 to " +
                     grouped(most_classes) + " classes");
  }
}

void check_labels(const DataSet& data, std::size_t samples, std::int64_t classes) {
  for (std::size_t i = 0; i < samples; ++i) {
    for (const std::int64_t label : data.labels[i]) {
      if (label < 0 || label >= classes) {
        throw InputError({data.name}, "sample " + std::to_string(i) + " has the class " + std::to_string(label) +
                                          ", but the network has " + std::to_string(classes) +
                                          " scores, for classes 0 to " + std::to_string(classes - 1));
      }
    }
  }
}

bool is_right(const std::vector<std::int64_t>& labels, std::size_t found) {
  return std::any_of(labels.begin(), labels.end(), [&](std::int64_t label) { return std::cmp_equal(label, found); });
}

void count(Accuracy& accuracy, const std::vector<std::int64_t>& labels, const std::vector<double>& scores) {
  const auto best = ranking(scores, top);
  const auto right = [&](std::size_t found) { return is_right(labels, found); };
  ++accuracy.samples;
  accuracy.top1 += right(best.front()) ? 1 : 0;
  accuracy.top5 += std::any_of(best.begin(), best.end(), right) ? 1 : 0;
  const std::int64_t row = right(best.front()) ? static_cast<std::int64_t>(best.front()) : labels.front();
  ++accuracy.confusion[static_cast<std::size_t>(row * accuracy.classes) + best.front()];
}

/// What one sample gives.
struct SampleRun {
  std::vector<double> scores;
  std::size_t exit = 0;
  Observations observations;
};

/// What runs have in common.
struct SampleTask {
  const Plan& plan;
  const DataSet& data;
  const AccuracyOptions& options;
  std::vector<EarlyExit> exits;
};

SampleRun run_sample(const SampleTask& task, std::size_t i) {
  const auto& [plan, data, options, exits] = task;
  if (options.check) {
    options.check();
  }
  const Network& network = plan.network();
  const Constant operand = prepared(data.sample(i), network.values[network.inputs.front()], options.preprocessing);
  SampleRun run;
  Watcher watch;
  if (options.observe || options.watch) {
    watch = [&](ValueId value, const Constant& tensor) {
      if (options.observe) {
        run.observations.add(network, value, tensor);
      }
      if (options.watch) {
        options.watch(i, value, tensor);
      }
    };
  }
  const std::vector<Constant> outputs = plan.run(std::span(&operand, 1), watch);
  run.exit = exit_taken(exits, outputs);
  run.scores = numbers_of<double>(scores_at(exits, run.exit, outputs));
  return run;
}

}  // namespace

double Accuracy::share(std::int64_t right) const {
  return samples == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(samples);
}

double Accuracy::standard_error(std::int64_t right) const {
  const double p = share(right);
  return samples == 0 ? 0.0 : std::sqrt(p * (1.0 - p) / static_cast<double>(samples));
}

std::vector<std::size_t> ranking(const std::vector<double>& scores, std::size_t most) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_is_number = !std::isnan(scores[a]);  // what is not a number comes last
    const bool b_is_number = !std::isnan(scores[b]);
    if (a_is_number != b_is_number || !a_is_number) {
      return a_is_number != b_is_number ? a_is_number : a < b;
    }
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  order.erase(end, order.end());
  return order;
}

Measurement measure_accuracy(const Plan& plan, const DataSet& data, const AccuracyOptions& options) {
  const Network& network = plan.network();
  check_network(network);
  const std::size_t samples = options.samples == 0 ? data.size() : std::min(options.samples, data.size());
  Measurement result{.accuracy = {.classes = element_count(network.values[network.outputs.front()].shape)}};
  Accuracy& accuracy = result.accuracy;
  check_labels(data, samples, accuracy.classes);
  accuracy.confusion.assign(static_cast<std::size_t>(accuracy.classes * accuracy.classes), 0);
  const SampleTask task{plan, data, options, early_exits(network)};
  for (std::size_t begin = 0; begin < samples; begin += block) {
    std::vector<SampleRun> runs(std::min(block, samples - begin));
    parallel_for(runs.size(), options.threads, [&](std::size_t i) {
      runs[i] = run_sample(task, begin + i);
      if (options.progress) {
        options.progress(begin + i + 1, samples);
      }
    });
    for (std::size_t i = 0; i < runs.size(); ++i) {  // in order, so that sums are the same on any number of threads
      count(accuracy, data.labels[begin + i], runs[i].scores);
      result.observations.merge(runs[i].observations);
      if (!task.exits.empty()) {
        result.exits.push_back(runs[i].exit);
      }
    }
  }
  return result;
}

}  // namespace pj
