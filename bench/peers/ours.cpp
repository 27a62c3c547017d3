// Our side of the comparison with other engines (bench/peers/compare.py): runs a network in our plan, or with oneDNN's
// convolutions and inner products in our plan, as often as it is told, and says how long that took.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "bench/peers/checks.hpp"
#include "bench/peers/formats.hpp"
#include "bench/peers/networks.hpp"
#include "pj/base/text.hpp"
#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/kernels/measure.hpp"

namespace {

using namespace pj;

Network network_of(const std::string& name) {
  return with_random_weights(peer_network(name));
}

/// A plan with its operands and results in memory.
struct Engine {
  Plan plan;
  std::vector<Constant> inputs, outputs;
  std::vector<std::span<const std::byte>> given;
  std::vector<std::span<std::byte>> found;

  Engine(const Network& network, const PlanOptions& options)
      : plan(network, options), inputs(random_inputs(network)), outputs(plan.run(inputs)) {
    for (const Constant& input : inputs) {
      given.emplace_back(input.bytes);
    }
    for (Constant& output : outputs) {
      found.emplace_back(output.bytes);
    }
  }

  double milliseconds(int runs) const {
    const Seconds start = processor_time();
    for (int i = 0; i < runs; ++i) {
      plan.run(given, found);
    }
    return 1e3 * (processor_time() - start).value / runs;
  }
};

/// Seconds on the clock of a run.
double elapsed(const Engine& engine, int runs) {
  const auto start = std::chrono::steady_clock::now();
  engine.milliseconds(runs);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / runs;
}

/// Lines `ENGINE RUNS` to lines of milliseconds; the engine is `ours` or, unless that is to be alone, `oneDNN`.
void serve(const std::string& name, RunNumbers arithmetic, bool is_alone) {
  const Network network = network_of(name);
  ConvTimeStore store;
  const Seconds start = processor_time();
  std::map<std::string, Engine> engines;
  engines.try_emplace("ours", network, PlanOptions{.by = PlanBy::Measure, .times = &store, .arithmetic = arithmetic});
  std::cout << "planned " << 1e3 * (processor_time() - start).value << std::endl;
  if (!is_alone) {
    engines.try_emplace("oneDNN", network,
                        PlanOptions{.by = PlanBy::Measure,
                                    .times = &store,
                                    .algorithms = {"oneDNN", "oneDNN F(4x4)"},
                                    .arithmetic = arithmetic});
  }
  std::string engine;
  for (int runs = 0; std::cin >> engine >> runs;) {
    std::cout << engines.at(engine).milliseconds(runs) << std::endl;
  }
}

double median(std::vector<double> numbers) {
  std::ranges::nth_element(numbers, numbers.begin() + std::ssize(numbers) / 2);
  return numbers[numbers.size() / 2];
}

/// How a step computes; what is left to the plain executor, with its kind.
std::string step_way(const Engine& engine, const Step& step) {
  const bool is_plain = step.algorithm == "plain";
  return step.algorithm + (is_plain ? " " + kind_name(engine.plan.network().nodes[step.nodes.front()].layer) : "");
}

/// Microseconds of each step, the least of some runs: of two threads what nothing disturbed.
std::vector<double> step_times(const Engine& engine) {
  constexpr int runs = 21;
  std::vector<double> least(engine.plan.schedule().steps.size(), 1e300);
  for (int run = 0; run < runs; ++run) {
    std::vector<Seconds> once(least.size());
    engine.plan.run(engine.given, engine.found, once);
    for (std::size_t i = 0; i < least.size(); ++i) {
      least[i] = std::min(least[i], 1e6 * once[i].value);
    }
  }
  return least;
}

/// The name of the first node that a step computes.
std::string step_name(const Engine& engine, std::size_t step) {
  const std::vector<std::size_t>& nodes = engine.plan.schedule().steps[step].step.nodes;
  return nodes.empty() ? "" : engine.plan.network().nodes[nodes.front()].name;
}

/// The multiply-accumulates of a step.
std::int64_t step_macs(const Engine& engine, const Step& step) {
  std::int64_t macs = 0;
  for (const std::size_t n : step.nodes) {
    const auto conv = layer_conv(engine.plan.network(), engine.plan.network().nodes[n]);
    macs += conv ? conv->macs() : 0;
  }
  return macs;
}

/// The time on the clock with one thread over that with two, and both: the least of rounds in turn, which nothing
/// disturbed.
void print_threads(const Engine& one, const Engine& two) {
  constexpr int rounds = 40;
  double alone = 1e300;
  double together = 1e300;
  for (int round = 0; round < rounds; ++round) {
    alone = std::min(alone, elapsed(one, 1));
    together = std::min(together, elapsed(two, 1));
  }
  std::cout << alone / together << ";" << alone << ";" << together << "\n";
}

/// Each step: name, algorithm, MACs, parts, microseconds of one thread and, on the clock, of two. Then what `threads`
/// prints, and the operations a second of the peak.
void print_steps(const std::string& name) {
  const Network network = network_of(name);
  ConvTimeStore store;
  const Engine one(network, {.by = PlanBy::Measure, .times = &store});
  const Engine two(network, {.by = PlanBy::Measure, .times = &store, .threads = 2});
  const std::vector<double> by_one = step_times(one);
  const std::vector<double> by_two = step_times(two);
  for (std::size_t i = 0; i < by_two.size(); ++i) {
    const Step& step = two.plan.schedule().steps[i].step;
    std::cout << step_name(two, i) << ";" << step_way(two, step) << ";" << step_macs(two, step) << ";" << step.parts
              << ";" << by_one[i] << ";" << by_two[i] << "\n";
  }
  print_threads(one, two);
  std::cout << peak_now() << "\n";
}

/// Milliseconds of processor time of a run of ours.
void print_time(const std::string& name) {
  const Engine engine(network_of(name), {.by = PlanBy::Measure});
  std::vector<double> times;
  for (int round = 0; round < 15; ++round) {
    times.push_back(engine.milliseconds(std::max(1, static_cast<int>(10.0 / engine.milliseconds(1)))));
  }
  std::cout << median(times) << "\n";
}

/// The same layer by layer, those of integers too: what ran, and microseconds.
void print_layers(const std::string& name) {
  const Engine engine(network_of(name), {.by = PlanBy::Measure});
  constexpr int runs = 21;
  std::vector<LayerTime> parts;
  std::vector<std::vector<double>> times;
  for (int run = 0; run < runs; ++run) {
    parts = engine.plan.timed_run(engine.given, engine.found);
    times.resize(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      times[i].push_back(1e6 * parts[i].time.value);
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::ranges::nth_element(times[i], times[i].begin() + runs / 2);
    std::cout << parts[i].layer << ";" << parts[i].algorithm << ";" << times[i][runs / 2] << "\n";
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments, arguments + count);
  const std::string verb = given.size() > 1 ? given[1] : "";
  if (given.size() == 3 && verb == "serve") {
    serve(given[2], RunNumbers::Integers, false);
  } else if (given.size() == 4 && verb == "serve" && given[3] == "alone") {
    serve(given[2], RunNumbers::Integers, true);
  } else if (given.size() == 4 && verb == "serve" && given[3] == "bfloat16") {
    serve(given[2], RunNumbers::Bfloat16, false);
  } else if (given.size() == 3 && verb == "steps") {
    print_steps(given[2]);
  } else if (given.size() == 3 && verb == "time") {
    print_time(given[2]);
  } else if (given.size() > 2 && verb == "choice") {
    print_choice({given.begin() + 2, given.end()});
  } else if (given.size() == 3 && verb == "memory") {
    print_memory(given[2]);
  } else if (given.size() == 3 && verb == "first") {
    print_first(given[2]);
  } else if (given.size() == 2 && verb == "machine") {
    const Machine machine = this_machine();
    std::cout << machine.processor << " with " << machine.instructions << ", oneDNN " << machine.onednn << ", OpenBLAS "
              << machine.openblas << ".\n";
  } else if (given.size() == 3 && verb == "layers") {
    print_layers(given[2]);
  } else if (given.size() == 4 && verb == "quantise") {
    write_quantised(given[2], given[3]);
  } else if (given.size() == 4 && verb == "export") {
    export_onnx(network_of(given[2]), given[3]);
  } else {
    std::cerr << "bench_peers serve NETWORK [bfloat16|alone] | steps NETWORK | time NETWORK | choice NETWORK… | memory "
                 "NETWORK |\n"
                 "            first NETWORK | layers NETWORK | export NETWORK FILE.onnx |\n"
                 "            quantise NETWORK FILE.onnx | machine\n";
    return 1;
  }
  return 0;
}
