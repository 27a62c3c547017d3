#include "pj/inference/early_exits.hpp"

#include <algorithm>

#include "pj/execution/numbers.hpp"
#include "pj/network/statistics.hpp"
#include "pj/onnx/draft.hpp"

namespace pj {

std::vector<EarlyExit> early_exits(const Network& network) {
  const auto name_of = [&](std::size_t place) { return network.values[network.outputs[place]].name; };
  const auto count_of = [&](std::size_t place) { return element_count(network.values[network.outputs[place]].shape); };
  std::vector<EarlyExit> exits;
  for (std::size_t scores = 1; scores < network.outputs.size(); ++scores) {
    for (std::size_t margin = 1; margin < network.outputs.size(); ++margin) {
      const bool is_margin = name_of(margin) == name_of(scores) + "/margin";
      if (is_margin && count_of(margin) == 1 && count_of(scores) == count_of(0)) {
        exits.push_back({name_of(scores), scores, margin});
      }
    }
  }
  return exits;
}

std::size_t exit_taken(const std::vector<EarlyExit>& exits, std::span<const Constant> outputs) {
  const auto leaves = [&](const EarlyExit& exit) { return numbers_of<double>(outputs[exit.margin]).front() >= 0.0; };
  return static_cast<std::size_t>(std::ranges::find_if(exits, leaves) - exits.begin());
}

const Constant& scores_at(const std::vector<EarlyExit>& exits, std::size_t exit, std::span<const Constant> outputs) {
  return exit < exits.size() ? outputs[exits[exit].scores] : outputs.front();
}

Network up_to_exit(const Network& network, std::size_t exit) {
  const std::vector<EarlyExit> exits = early_exits(network);
  if (exit >= exits.size()) {
    return network;
  }
  Network part = network;
  part.outputs.clear();
  for (std::size_t i = 0; i <= exit; ++i) {
    const EarlyExit& at = exits[exit - i];  // the scores of the last one are the part's first output
    part.outputs.push_back(network.outputs[at.scores]);
    part.outputs.push_back(network.outputs[at.margin]);
  }
  return canonical(part);
}

std::vector<std::int64_t> macs_by_exit(const Network& network) {
  std::vector<std::int64_t> macs;
  for (std::size_t exit = 0; exit <= early_exits(network).size(); ++exit) {
    macs.push_back(statistics(up_to_exit(network, exit)).macs());
  }
  return macs;
}

std::vector<std::int64_t> samples_by_exit(std::size_t exits, std::span<const std::size_t> taken) {
  std::vector<std::int64_t> counts(exits + 1);
  for (const std::size_t exit : taken) {
    ++counts.at(exit);
  }
  return counts;
}

}  // namespace pj
