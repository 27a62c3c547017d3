#include "pj/kernels/measure.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <fftw3.h>
#include <utility>

#include "pj/base/interrupt.hpp"
#include "pj/base/median.hpp"
#include "pj/base/text.hpp"
#include "pj/kernels/blas.hpp"
#include "pj/kernels/candidates.hpp"
#include "pj/kernels/prepared.hpp"

namespace pj {

namespace {

constexpr Seconds shortest{1e-3};  // a clock of microseconds is exact enough above
constexpr double hopeless = 5.0;   // times the best first run

void poll(const MeasureOptions& options) {
  if (options.stop && options.stop()) {
    throw Interrupted();
  }
}

/// Memory that is walked through to empty the caches; without elements it leaves them alone.
struct Sweeper {
  Buffer<std::int64_t> memory;

  void sweep() {
    constexpr std::size_t line = 8;
    for (std::size_t i = 0; i < memory.size(); i += line) {
      ++memory[i];
    }
  }
};

std::int64_t last_cache_bytes() {
  constexpr std::int64_t usual = std::int64_t{32} << 20;
  const long known = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
  return known > 0 ? known : usual;
}

/// The weights of a large fully connected layer are used once for each batch: between two runs the other layers of its
/// network drive them out of the caches.
Sweeper sweeper_for(const ConvShape& shape) {
  const bool is_product = shape.is_fully_connected();
  const std::int64_t weights = element_count(shape.weights()) * static_cast<std::int64_t>(sizeof(float));
  const std::int64_t last = last_cache_bytes();
  return is_product && weights >= last / 2 ? Sweeper{Buffer<std::int64_t>(static_cast<std::size_t>(last / 4))}
                                           : Sweeper{};
}

/// One algorithm, ready to run.
struct Runner {
  RunningCandidate candidate;
  bool is_reference = false;
  std::vector<Seconds> times;
  std::int64_t repeats = 1;

  /// The mean of `repeats` runs, or one run with empty caches.
  Seconds timed(Sweeper& sweeper) {
    const std::int64_t runs = sweeper.memory.empty() ? repeats : 1;
    sweeper.sweep();
    const Seconds start = processor_time();
    for (std::int64_t i = 0; i < runs; ++i) {
      candidate.run();
    }
    return (processor_time() - start) / static_cast<double>(runs);
  }
};

/// Runs once to warm up and once for an estimate of the time.
void estimate(Runner& runner, Sweeper& sweeper) {
  runner.timed(sweeper);
  const Seconds once = runner.timed(sweeper);
  runner.times = {once};
  runner.repeats = std::clamp<std::int64_t>(std::llround(shortest / (once + Seconds{1e-9})), 1, 1000);
}

/// All candidates in turn, so that what disturbs the machine for a while disturbs all of them; the estimates of those
/// that are measured better are dropped. Returns the peak of these rounds.
double run_rounds(std::vector<Runner>& runners, Sweeper& sweeper, const MeasureOptions& options) {
  const auto first = [](const Runner& runner) { return runner.times.front(); };
  const Seconds limit = hopeless * first(*std::ranges::min_element(runners, {}, first));
  std::vector<Runner*> measured;
  for (Runner& runner : runners) {
    if (runner.is_reference || first(runner) <= limit) {
      runner.times.clear();
      measured.push_back(&runner);
    }
  }
  std::vector<double> peaks;
  for (int round = 0; round < options.rounds; ++round) {
    peaks.push_back(peak_now());
    for (Runner* runner : measured) {
      poll(options);
      runner->times.push_back(runner->timed(sweeper));
    }
  }
  return median(peaks);
}

}  // namespace

const CandidateTime* ConvTimes::find(const std::string& name) const {
  const auto found =
      std::ranges::find_if(candidates, [&](const CandidateTime& c) { return c.verdict && c.name == name; });
  return found == candidates.end() ? nullptr : &*found;
}

const CandidateTime& ConvTimes::winner() const {
  const CandidateTime* best = nullptr;
  for (const CandidateTime& candidate : candidates) {
    if (candidate.verdict && (best == nullptr || candidate.median < best->median)) {
      best = &candidate;
    }
  }
  ensure(best != nullptr, "some algorithm can run every shape");
  return *best;
}

ConvTimes measure(const ConvShape& shape, const MeasureOptions& options) {
  ConvTimes result{shape, {}};
  std::vector<Runner> runners;
  Sweeper sweeper = sweeper_for(shape);
  for (const Candidate& candidate : candidates(shape, options)) {
    poll(options);
    result.candidates.push_back(candidate.row);
    if (candidate.row.verdict) {
      runners.push_back({candidate.prepare(), candidate.is_reference});
      estimate(runners.back(), sweeper);
      result.candidates.back().error = runners.back().candidate.error();
    }
  }
  result.peak = run_rounds(runners, sweeper, options);
  auto runner = runners.begin();
  for (CandidateTime& candidate : result.candidates) {
    if (candidate.verdict) {
      candidate.median = median(runner->times);
      candidate.rounds = static_cast<std::int64_t>(runner->times.size());
      ++runner;
    }
  }
  return result;
}

Verdict can_measure(const ConvShape& shape) {
  // What all candidates keep at a time: copies of the maps, of the weights and their transforms (those of F(2×2),
  // F(4×4) and F(6×6) are 13 times the weights), and two Toeplitz matrices.
  constexpr std::int64_t most = std::int64_t{1} << 30;
  const ProductShape product = toeplitz_product(shape);
  const bool is_product = shape.is_pointwise() || shape.is_fully_connected();
  std::int64_t total = 0;
  for (const auto& [copies, numbers] : {std::pair{std::int64_t{10}, element_count(shape.input())},
                                        {10, element_count(shape.output())},
                                        {is_product ? 5 : 17, element_count(shape.weights())},
                                        {is_product ? 0 : 2, product.K * product.N}}) {
    const auto kept = checked_product(copies, numbers);
    if (!kept || *kept > most - total) {
      return Verdict::no("measuring it takes more than 4 GiB");
    }
    total += *kept;
  }
  return Verdict::yes();
}

Seconds processor_time() {
  std::timespec now{};
  ensure(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0, "a process has a clock of its own");
  return {static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec)};
}

double peak_now() {
  constexpr std::int64_t rounds = 10'000;  // some tenths of a millisecond
  const VectorKernels& kernels = *vector_kernels().front();
  std::array<float, block_size> sum{};
  sum.fill(1e-3F);
  const Seconds start = processor_time();
  const std::int64_t operations = kernels.multiply_adds(rounds, sum.data());
  return static_cast<double>(operations * rounds) / (processor_time() - start).value;
}

Machine this_machine() {
  const std::vector<std::string> fftw = split(fftwf_version, '-');  // "fftw-3.3.10-sse2-avx"
  return {processor_name(), vector_kernels().front()->name, blas_version(), onednn_version(),
          fftw.size() > 1 ? fftw[1] : fftwf_version};
}

}  // namespace pj
