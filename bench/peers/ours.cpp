// Our side of the comparison with other engines (bench/peers/compare.py): runs a network in our plan, or with oneDNN's
// convolutions and inner products in our plan, as often as it is told, and says how long that took.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "bench/peers/formats.hpp"
#include "pj/base/text.hpp"
#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/kernels/measure.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/load.hpp"

namespace {

using namespace pj;

Network network_of(const std::string& name) {
  return with_random_weights(load_network(name, {.load_data = true}));
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

/// The time on the clock with one thread over that with two, and both: medians of rounds in turn.
void print_threads(const std::string& name) {
  const Network network = network_of(name);
  ConvTimeStore store;
  const Engine one(network, {.by = PlanBy::Measure, .times = &store});
  const Engine two(network, {.by = PlanBy::Measure, .times = &store, .threads = 2});
  constexpr int rounds = 15;
  std::vector<double> ratios, alone, together;
  for (int round = 0; round < rounds; ++round) {
    alone.push_back(elapsed(one, 3));
    together.push_back(elapsed(two, 3));
    ratios.push_back(alone.back() / together.back());
  }
  for (std::vector<double>* numbers : {&ratios, &alone, &together}) {
    std::ranges::nth_element(*numbers, numbers->begin() + rounds / 2);
    std::cout << (*numbers)[rounds / 2] << (numbers == &together ? "\n" : ";");
  }
}

/// Lines `ENGINE RUNS` to lines of milliseconds; `layers` prints the steps of ours.
void serve(const std::string& name, RunNumbers arithmetic) {
  const Network network = network_of(name);
  ConvTimeStore store;
  const Seconds start = processor_time();
  std::map<std::string, Engine> engines;
  engines.try_emplace("ours", network, PlanOptions{.by = PlanBy::Measure, .times = &store, .arithmetic = arithmetic});
  std::cout << "planned " << 1e3 * (processor_time() - start).value << std::endl;
  engines.try_emplace(
      "oneDNN", network,
      PlanOptions{
          .by = PlanBy::Measure, .times = &store, .algorithms = {"oneDNN", "oneDNN F(4x4)"}, .arithmetic = arithmetic});
  std::string engine;
  for (int runs = 0; std::cin >> engine >> runs;) {
    std::cout << engines.at(engine).milliseconds(runs) << std::endl;
  }
}

/// Where the time of our plan goes, step by step, medians of some runs.
void print_steps(const std::string& name, const PlanOptions& options) {
  const Engine engine(network_of(name), options);
  const auto& steps = engine.plan.schedule().steps;
  std::vector<std::vector<double>> times(steps.size());
  for (int run = 0; run < 21; ++run) {
    std::vector<Seconds> once(steps.size());
    engine.plan.run(engine.given, engine.found, once);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      times[i].push_back(1e6 * once[i].value);
    }
  }
  double sum = 0.0;
  const double peak = peak_now();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::nth_element(times[i].begin(), times[i].begin() + 10, times[i].end());
    sum += times[i][10];
    const std::string node =
        steps[i].step.nodes.empty() ? "" : engine.plan.network().nodes[steps[i].step.nodes.front()].name;
    std::int64_t macs = 0;
    for (const std::size_t n : steps[i].step.nodes) {
      const auto conv = layer_conv(engine.plan.network(), engine.plan.network().nodes[n]);
      macs += conv ? conv->macs() : 0;
    }
    std::cout << i << ";" << node << ";" << steps[i].step.algorithm << ";" << times[i][10] << ";" << macs << "\n";
  }
  std::cout << "all;;;" << sum << ";" << peak << "\n";
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
  if (given.size() == 3 && given[1] == "serve") {
    serve(given[2], RunNumbers::Integers);
  } else if (given.size() == 4 && given[1] == "serve" && given[3] == "bfloat16") {
    serve(given[2], RunNumbers::Bfloat16);
  } else if (given.size() == 3 && given[1] == "steps") {
    print_steps(given[2], {.by = PlanBy::Measure});
  } else if (given.size() == 3 && given[1] == "threads") {
    print_threads(given[2]);
  } else if (given.size() == 2 && given[1] == "machine") {
    const Machine machine = this_machine();
    std::cout << machine.processor << " with " << machine.instructions << ", oneDNN " << machine.onednn << ", OpenBLAS "
              << machine.openblas << ".\n";
  } else if (given.size() == 4 && given[1] == "quantise") {
    write_quantised(given[2], given[3]);
  } else if (given.size() == 3 && given[1] == "layers") {
    print_layers(given[2]);
  } else if (given.size() == 4 && given[1] == "export") {
    export_onnx(network_of(given[2]), given[3]);
  } else {
    std::cerr << "bench_peers serve NETWORK [bfloat16] | steps NETWORK | threads NETWORK | layers NETWORK | export "
                 "NETWORK FILE.onnx |\n"
                 "            quantise NETWORK FILE.onnx | machine\n";
    return 1;
  }
  return 0;
}
