#include "bench/peers/checks.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>

#include "bench/peers/networks.hpp"
#include "pj/inference/conv_choice.hpp"
#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/kernels/measure.hpp"

namespace pj {

namespace {

std::vector<ConvShape> distinct_convolutions(const std::vector<std::string>& networks) {
  std::vector<ConvShape> shapes;
  for (const std::string& name : networks) {
    const Network network = peer_network(name);
    for (const Node& node : network.nodes) {
      const auto shape = layer_conv(network, node);
      if (shape && std::ranges::find(shapes, *shape) == shapes.end()) {
        shapes.push_back(*shape);
      }
    }
  }
  return shapes;
}

/// As a plan chooses: fully connected layers of one image are streamed without being measured.
const ConvAlgorithm& chosen_for(const ConvShape& shape, ConvTimeStore& store) {
  const ConvAlgorithm& streamed = conv_algorithm("streamed");
  return streamed.can_run(shape) ? streamed : *measured_times(shape, store).front().algorithm;
}

/// The memory of this process in bytes, as Linux counts it: what it has (`VmRSS:`), of it pages of files (`RssFile:`),
/// or the most that it had (`VmHWM:`).
std::int64_t process_memory(const std::string& kind) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == kind) {
      std::int64_t kibibytes = 0;
      status >> kibibytes;
      return 1024 * kibibytes;
    }
  }
  return 0;
}

}  // namespace

void print_choice(const std::vector<std::string>& networks) {
  Seconds choosing;
  for (const ConvShape& shape : distinct_convolutions(networks)) {
    ConvTimeStore store;
    const Seconds start = processor_time();
    const ConvAlgorithm& chosen = chosen_for(shape, store);
    choosing += processor_time() - start;
    const ConvTimes all = measure(shape, {.rounds = 7});
    const CandidateTime* const its = all.find(chosen.name);
    std::cout << to_string(shape) << ";" << chosen.name << ";" << (its == nullptr ? 0.0 : 1e6 * its->median.value)
              << ";" << all.winner().name << ";" << 1e6 * all.winner().median.value << std::endl;
  }
  std::cout << "all;" << choosing.value << "\n";
}

void print_memory(const std::string& name) {
  const std::int64_t before = process_memory("VmRSS:");
  const std::int64_t code_before = process_memory("RssFile:");
  std::int64_t weights = 0;
  std::int64_t planned = 0;
  {
    Network network = with_random_weights(peer_network(name));
    for (const Value& value : network.values) {
      weights += value.data == nullptr ? 0 : std::ssize(value.data->bytes);
    }
    const auto inputs = random_inputs(network);
    const Plan plan(std::move(network));
    planned = plan.memory().activations + plan.memory().workspace;
    plan.run(inputs);
  }
  std::cout << weights << ";" << planned << ";" << process_memory("VmHWM:") - before << ";"
            << process_memory("RssFile:") - code_before << "\n";
}

void print_first(const std::string& name) {
  const auto start = std::chrono::steady_clock::now();
  const Network network = peer_network(name);
  const Plan plan(network);
  plan.run(random_inputs(network));
  std::cout << std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() << "\n";
}

}  // namespace pj
