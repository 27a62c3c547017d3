#include <chrono>
#include <filesystem>

#include "cli/crew.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/sweep/sweep_report.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

/// `buffer.jsonl` for `studies/buffer.yaml`.
std::string results_of(const Options& options) {
  return options.results.empty() ? fs::path(options.operands.front()).stem().string() + ".jsonl" : options.results;
}

void print(const Options& options, const SweepRun& run, Console& console) {
  if (run.was_torn) {
    console.warnings << "picojoule: the last line of " << results_of(options)
                     << " was cut off; its point was computed again\n";
  }
  write_files(
      options, [&] { return sweep_json(run); }, [&] { return sweep_csv(run); });
  console.out << sweep_table(run);
}

}  // namespace

void run_sweep(const Options& options, Console& console) {
  const std::unique_ptr<Crew> crew = crew_of_this_process();
  SweepOptions wanted{.results = results_of(options),
                      .threads = static_cast<int>(options.threads),
                      .most_points = options.points_limit,
                      .interrupt = &console.interrupt,
                      .crew = crew.get()};
  const auto start = std::chrono::steady_clock::now();
  std::int64_t before = -1;
  wanted.progress = [&](std::int64_t done, std::int64_t all) {
    before = before < 0 ? done - 1 : before;
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - start;
    console.progress.show(progress_text(done, all, before, Seconds{since.count()}));
  };
  const bool is_first = crew == nullptr || crew->rank() == 0;
  try {
    const SweepRun run = sweep(options.operands.front(), wanted);
    console.progress.clear();
    if (is_first) {
      print(options, run, console);
    }
  } catch (const InputError&) {
    if (is_first) {
      throw;
    }
  }
}

}  // namespace pj
