#include "pj/study/bench.hpp"

#include <algorithm>
#include <chrono>

#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/interrupt.hpp"
#include "pj/base/text.hpp"
#include "pj/study/bench_report.hpp"
#include "pj/study/load.hpp"

namespace pj {

namespace {

/// What `--numbers` names.
Numbers numbers_of(const std::string& name) {
  try {
    return parse_numbers(name);
  } catch (const InputError& fault) {
    throw InputError(std::string("--numbers: ") + fault.what());
  }
}

/// Where not even one layer was done in time, that is the limit's fault and no interrupt.
NetworkBench measured(const Network& network, const BenchOptions& wanted, const Options& options,
                      const Console& console) {
  try {
    return bench_network(network, wanted);
  } catch (const Interrupted&) {
    if (console.interrupt.requested()) {
      throw;
    }
    throw InputError("no layer was measured within " + exact(options.time_limit) +
                     " s; give it more time with --time-limit");
  }
}

}  // namespace

void run_bench(const Options& options, Console& console) {
  const Network network = load_network(options.operands.front(), load_options(options));
  BenchOptions wanted{.layers = split(options.layers, ',')};
  wanted.measure.numbers = numbers_of(options.numbers.empty() ? "float32" : options.numbers);
  if (options.sparsity > 0.0 && wanted.measure.numbers != Numbers::Float32) {
    throw InputError("--sparsity measures weights of float32; leave out --numbers " + options.numbers);
  }
  wanted.measure.density = 1.0 - 0.01 * options.sparsity;
  const auto start = std::chrono::steady_clock::now();
  wanted.measure.stop = [&] {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    return console.interrupt.requested() || (options.time_limit > 0.0 && elapsed.count() > options.time_limit);
  };
  wanted.progress = [&](const std::string& line) { console.progress.show(line); };
  const NetworkBench bench = measured(network, wanted, options, console);
  console.progress.clear();
  write_files(
      options, [&] { return bench_json(bench); }, [&] { return bench_csv(bench); });
  console.out << bench_table(bench);
  console.out.flush();
  console.interrupt.check();
}

}  // namespace pj
