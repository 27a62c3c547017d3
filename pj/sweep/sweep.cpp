#include "pj/sweep/sweep.hpp"

#include <atomic>
#include <map>
#include <optional>

#include "pj/base/files.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"
#include "pj/study/results_file.hpp"
#include "pj/sweep/crew_work.hpp"
#include "pj/sweep/point_evaluator.hpp"

namespace pj {

namespace {

void check_size(const std::string& path, std::int64_t points, std::int64_t most) {
  if (points > most) {
    const std::string way_out = points > SweepOptions::most_of_all
                                    ? "; a study has at most " + grouped(SweepOptions::most_of_all) +
                                          ": leave values out, or make several studies of it"
                                    : "; if that is meant, say --points-limit " + std::to_string(points);
    throw InputError({path},
                     "has " + magnitude(static_cast<double>(points)) + " points, more than " + grouped(most) + way_out);
  }
}

/// A text that is the same in two processes only where they have the same study and the same machines.
std::string state_of(const Study& study, const PointEvaluator& evaluator) {
  std::string text = study.name;
  for (const SweepParameter& parameter : study.parameters) {
    for (const auto& choice : parameter.choices) {
      text += "\n" + join(parameter.paths, " ") + "=" + join(choice, " ");
    }
  }
  const std::int64_t networks_and_machines = static_cast<std::int64_t>(study.networks.size() * study.machines.size());
  const std::int64_t step = point_count(study) / networks_and_machines;
  for (std::int64_t i = 0; i < networks_and_machines; ++i) {
    text += "\n" + evaluator.key(i * step);
  }
  return hash_of(text);
}

/// Finds the lines of points that are already there, and refuses those of no point.
std::vector<std::int64_t> points_left(const PointEvaluator& evaluator, const ResultsFile& file, const std::string& path,
                                      int threads, std::vector<std::string>& lines) {
  std::vector<std::string> keys(lines.size());
  if (!file.lines().empty()) {
    parallel_for(keys.size(), threads, [&](std::size_t i) { keys[i] = evaluator.key(static_cast<std::int64_t>(i)); });
  }
  std::vector<std::int64_t> left;
  std::size_t found = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto line = file.lines().find(keys[i]);
    if (line == file.lines().end()) {
      left.push_back(static_cast<std::int64_t>(i));
    } else {
      lines[i] = line->second;
      ++found;
    }
  }
  if (found < file.lines().size()) {
    throw InputError({path},
                     "has " + counted(static_cast<std::int64_t>(file.lines().size() - found), "point") +
                         " that the study does not have: it, a machine, a network or picojoule has changed since; "
                         "name another file with --results, or remove this one");
  }
  return left;
}

/// The results in the study's order, put in the place of those in the order in which they came.
void finish(ResultsFile& file, const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
  }
  if (text.size() != static_cast<std::size_t>(file.size()) || read_file(path, file.size()) != text) {
    file.replace(text);
  }
}

/// What the first process does, or the only one.
class Run {
 public:
  Run(SweepRun& run, PointEvaluator& evaluator, const SweepOptions& options)
      : run_(run), evaluator_(evaluator), options_(options), threads_(thread_count(options.threads)) {}

  /// Opens the results and finds what is to do.
  void prepare() {
    file_.emplace(options_.results);
    run_.was_torn = file_->was_torn();
    run_.lines.resize(static_cast<std::size_t>(point_count(run_.study)));
    left_ = points_left(evaluator_, *file_, options_.results, threads_, run_.lines);
    run_.kept = static_cast<std::int64_t>(run_.lines.size() - left_.size());
    done_ = run_.kept;
  }

  void compute() {
    const ComputeLine compute = [&](std::int64_t point) { return evaluator_.line(point); };
    const KeepLine keep = [&](std::int64_t point, const std::string& line) { keep_line(point, line); };
    if (options_.crew != nullptr) {
      lead(*options_.crew, left_, threads_, compute, keep);
    } else {
      parallel_for(left_.size(), threads_, [&](std::size_t i) { keep(left_[i], compute(left_[i])); });
    }
    finish(*file_, options_.results, run_.lines);
  }

 private:
  void keep_line(std::int64_t point, const std::string& line) {
    file_->append(line);
    run_.lines[static_cast<std::size_t>(point)] = line;
    if (options_.progress) {
      options_.progress(++done_, static_cast<std::int64_t>(run_.lines.size()));
    }
  }

  SweepRun& run_;
  PointEvaluator& evaluator_;
  const SweepOptions& options_;
  const int threads_;
  std::optional<ResultsFile> file_;
  std::vector<std::int64_t> left_;
  std::atomic<std::int64_t> done_{0};
};

}  // namespace

SweepRun sweep(const std::string& study, const SweepOptions& options) {
  SweepRun run;
  std::optional<PointEvaluator> evaluator;
  std::optional<Run> work;
  std::string state;
  std::string fault;
  const bool is_first = options.crew == nullptr || options.crew->rank() == 0;
  try {
    run.study = read_study(study);
    check_size(study, point_count(run.study), options.most_points);
    try_choices(run.study);
    evaluator.emplace(run.study, options.interrupt);
    if (is_first) {
      work.emplace(run, *evaluator, options).prepare();
    }
    state = options.crew == nullptr ? "" : state_of(run.study, *evaluator);
  } catch (const InputError& error) {
    if (options.crew == nullptr) {
      throw;
    }
    fault = error.what();
  }
  if (options.crew != nullptr) {
    agree(*options.crew, state, fault);
  }
  if (is_first) {
    work->compute();
  } else {
    follow(*options.crew, thread_count(options.threads), [&](std::int64_t point) { return evaluator->line(point); });
  }
  return run;
}

}  // namespace pj
