#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pj/compression/compress.hpp"
#include "pj/inference/accuracy.hpp"

namespace pj {

/// What a search asks for at every network that it tries.
struct CompressionMeasures {
  std::function<Accuracy(const Network&)> accuracy;
  /// Picojoules of each layer that multiplies and accumulates, by the node's name.
  std::function<std::map<std::string, double>(const Network&)> energies;
  std::function<void(const std::string& text)> progress = {};
  std::function<void()> check = {};  ///< may throw, to end early
};

struct CompressionSearchOptions {
  double max_drop = 0.01;  ///< the share of samples by which the accuracy may fall
  std::string results;     ///< a file of what was measured, from which a search goes on; empty: none
  std::string
      measured_on;  ///< the data and how they are prepared: what a measured accuracy depends on beside a network
};

/// One network that was measured.
struct SearchPoint {
  std::vector<std::size_t> choices;  ///< of each layer
  std::int64_t samples = 0, right = 0;
  double energy = 0.0;    ///< picojoules of all layers
  std::int64_t bits = 0;  ///< stored
  bool on_front = false;  ///< no other point has less energy and no less accuracy

  double accuracy() const { return static_cast<double>(right) / static_cast<double>(samples); }
  bool operator==(const SearchPoint&) const = default;
};

/// What a search found.
struct CompressionSearch {
  std::vector<std::string> layers, choices;
  std::vector<std::vector<double>> energies;     ///< of each layer with each choice
  std::vector<std::vector<double>> sensitivity;  ///< share of samples that each choice of each layer alone loses
  SearchPoint original;                          ///< before any rule
  std::vector<SearchPoint> points;               ///< in the order in which they were measured
  std::optional<std::size_t> best;               ///< the least energy within the budget
};

/// A cheap assignment of the rules' choices to layers within a loss of accuracy. First how much each choice loses in
/// each layer alone; then, with the first choice for all, step by step the one that saves most energy for what it is
/// expected to lose. Every network is measured; a step that loses more than the budget is taken back and not tried
/// again. What was measured is named by the network's own bytes, so that a search that is begun again measures nothing
/// twice.
CompressionSearch search_compression(const Network& network, const CompressionRules& rules,
                                     const CompressionMeasures& measures, const CompressionSearchOptions& options,
                                     const CompressionData& data = {});

/// The network of a point.
Compressed with_choices(const Network& network, const CompressionRules& rules, const CompressionSearch& search,
                        const std::vector<std::size_t>& choices, const CompressionData& data = {});

}  // namespace pj
