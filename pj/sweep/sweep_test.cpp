#include "pj/sweep/sweep.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/study/results_file.hpp"
#include "pj/sweep/sweep_report.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest = 1 << 24;

const char* const network = R"(
input: [1, 4, 4]
layers:
  - {conv1: {conv: 2, kernel: 3}}
  - {fc: {fc: 3}}
)";

const char* const machine = R"(
name: little
technology: 65 nm
clock: 100 MHz
compute: {bits: 16, energy: 1 pJ, area: 100 um2}
stages:
  - {level: DRAM, read: 200 pJ, write: 200 pJ, bandwidth: 1 GB/s}
  - {level: buffer, capacity: 1 KiB, read: 6 pJ, write: 6 pJ, area: 1000 um2}
  - {fanout: array, columns: 4}
  - {level: registers, capacity: 16 B, read: 1 pJ, write: 1 pJ, area: 20 um2}
)";

const char* const study = R"(
name: small
networks: {network: tiny.yaml, batch: [1, 2]}
machines: little.yaml
parameters:
  buffer.capacity: {powers_of_two: [64 B, 256 B]}
  array.columns: {from: 1, to: 4, step: 1}
  clock: [100 MHz, 200 MHz]
objectives: [energy, latency]
limits: {power: 2 mW}
)";

/// A folder with the study and what it names.
struct StudyFolder {
  TemporaryFolder folder;
  std::string path;

  explicit StudyFolder(const std::string& text = study) {
    folder.file("tiny.yaml", network);
    folder.file("little.yaml", machine);
    path = folder.file("study.yaml", text);
  }
  std::string results() const { return folder.path("results.jsonl"); }
  SweepRun run(SweepOptions options = {}) const {
    options.results = results();
    return sweep(path, options);
  }
  std::string content() const { return read_file(results(), largest); }
  std::string fault(SweepOptions options = {}) const {
    return input_fault([&] { run(options); });
  }
};

/// The results of one run without a break.
const std::string& whole() {
  static const std::string text = [] {
    const StudyFolder folder;
    folder.run();
    return folder.content();
  }();
  return text;
}

/// Runs the study in a process of its own and kills that after a while.
void run_and_kill(const StudyFolder& folder, std::chrono::microseconds after) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      folder.run({.threads = 2});
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
}

}  // namespace

TEST_CASE("every point is there once, in order, on any number of threads") {
  CHECK(split(whole(), '\n').size() == 2 * 3 * 4 * 2 + 1);
  for (const int threads : {1, 2, 7}) {
    const StudyFolder folder;
    folder.run({.threads = threads});
    CHECK(folder.content() == whole());
  }
}

TEST_CASE("a run that was killed at any moment goes on, and ends with the same bytes") {
  for_random_cases(15, [](Rng& rng) {
    const StudyFolder folder;
    const auto kills = rng.between(1, 3);
    for (std::int64_t i = 0; i < kills; ++i) {
      run_and_kill(folder, std::chrono::microseconds(rng.between(1'000, 100'000)));
    }
    folder.run({.threads = 2});
    CHECK(folder.content() == whole());
  });
}

TEST_CASE("results that were cut off anywhere are completed") {
  for_random_cases(15, [](Rng& rng) {
    const StudyFolder folder;
    const auto length = static_cast<std::size_t>(rng.between(1, static_cast<std::int64_t>(whole().size())));
    folder.folder.file("results.jsonl", whole().substr(0, length));
    const SweepRun run = folder.run();
    CHECK(folder.content() == whole());
    CHECK(run.was_torn == (whole()[length - 1] != '\n'));
    const std::string kept = whole().substr(0, length);
    CHECK(run.kept == std::count(kept.begin(), kept.end(), '\n'));
  });
}

TEST_CASE("a study that is interrupted keeps what it has") {
  const StudyFolder folder;
  Interrupt interrupt;
  SweepOptions options{.threads = 1, .interrupt = &interrupt};
  options.progress = [&](std::int64_t done, std::int64_t) {
    if (done == 5) {
      interrupt.request();
    }
  };
  CHECK_THROWS_AS(folder.run(options), Interrupted);
  CHECK(ResultsFile(folder.results()).lines().size() >= 5);
  folder.run();
  CHECK(folder.content() == whole());
}

TEST_CASE("a machine that is edited between two runs is noticed") {
  const StudyFolder folder;
  folder.run();
  std::string edited = machine;
  folder.folder.file("little.yaml", edited.replace(edited.find("200 pJ"), 6, "100 pJ"));
  CHECK(folder.fault() == folder.results() +
                              ": has 48 points that the study does not have: it, a machine, a network or picojoule has "
                              "changed since; name another file with --results, or remove this one");
  CHECK(folder.content() == whole());
}

TEST_CASE("a study that has grown keeps the points that it had") {
  std::string fewer = study;
  const StudyFolder folder(fewer.replace(fewer.find("[100 MHz, 200 MHz]"), 18, "[100 MHz]"));
  folder.run();
  folder.folder.file("study.yaml", study);
  CHECK(folder.run().kept == 24);
  CHECK(folder.content() == whole());
}

TEST_CASE("a study of too many points says how many before it starts") {
  const StudyFolder folder;
  CHECK(folder.fault({.most_points = 40}) ==
        folder.path + ": has 48 points, more than 40; if that is meant, say --points-limit 48");
  CHECK_FALSE(std::filesystem::exists(folder.results()));
}

TEST_CASE("points over a limit are said to be") {
  const StudyFolder folder;
  const std::string table = sweep_table(folder.run());
  CHECK(table.find("over limits (power ") != std::string::npos);
  CHECK(table.find("Limits: power ≤ 2.00 mW.") != std::string::npos);
}

TEST_CASE("faults in a study have a place and a way out") {
  const auto fault = [](const std::string& was, const std::string& is) {
    std::string text = study;
    const StudyFolder folder(text.replace(text.find(was), was.size(), is));
    const std::string text_of_fault = folder.fault();
    return text_of_fault.substr(text_of_fault.starts_with(folder.path) ? folder.path.size() : 0);
  };
  CHECK(fault("buffer.capacity", "bufer.capacity") ==
        ":6:3: 'bufer.capacity=64 B': the machine has no stage 'bufer'; did you mean 'buffer'?");
  CHECK(fault("buffer.capacity", "buffer.capacty").find("unknown key 'capacty'; did you mean 'capacity'?") !=
        std::string::npos);
  CHECK(fault("energy, latency", "energy, speed").starts_with(":9:22: unknown metric 'speed'"));
  CHECK(fault("energy, latency", "energy, area_efficiency") == "no fault");
  CHECK(fault("[1, 2]", "[]") == ":3:39: there is nothing in 'batch'; name at least one");
  CHECK(fault("tiny.yaml", "nosuch").starts_with(":3:11: unknown network 'nosuch'"));
  CHECK(fault("little.yaml", "nosuch").starts_with(":4:11: unknown accelerator 'nosuch'"));
  CHECK(fault("clock:", "array.columns.size:").find("must be") != std::string::npos);
  CHECK(fault("limits: {power: 2 mW}", "mapper: {objective: speed}").starts_with(":10:21: unknown objective 'speed'"));
  CHECK(fault("objectives", "objectivs").starts_with(":9:1: unknown key 'objectivs'; did you mean 'objectives'?"));
}

TEST_CASE("the progress says the rate and what is left") {
  CHECK(progress_text(120, 1000, 20, Seconds{10.0}) == "120 of 1,000 points, 10.0 a second, 1 min 28 s left");
  CHECK(progress_text(0, 10, 0, Seconds{0.0}) == "0 of 10 points");
}

}  // namespace pj
