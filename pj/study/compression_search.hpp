#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pj/compression/compress.hpp"
#include "pj/inference/accuracy.hpp"
#include "pj/study/measured_networks.hpp"
#include "pj/study/network_cost.hpp"

namespace pj {

/// What a search asks for at every network that it tries. Any of it may throw `Interrupted`, to end the search early.
struct CompressionMeasures {
  std::function<Accuracy(const Network&)> accuracy;
  std::function<NetworkCost(const Network&)> cost;
  std::function<Accuracy(const Network&)> test =
      {};  ///< on samples that the search does not see; empty: there are none
  std::function<void(const std::string& text)> progress = {};
};

struct CompressionSearchOptions {
  CompressionGoal goal = CompressionGoal::Energy;
  double max_drop = 0.01;   ///< the share of samples by which the accuracy may fall
  bool test_front = true;   ///< every network of the front is tested, else only the best
  std::string results;      ///< a file of what was measured, from which a search goes on; empty: none
  std::string measured_on;  ///< what a record depends on beside the network: the data, the machine
  std::string tested_on;    ///< the same of the test
};

/// What a layer's weights are with one of the choices.
struct LayerForm {
  std::int64_t weights = 0;  ///< elements that the layer multiplies
  std::int64_t bits = 0;     ///< that its constants are stored in
  double density = 1.0;      ///< of the weights that are stored
  std::string format;

  bool operator==(const LayerForm&) const = default;
};

/// One layer with one of the choices, all others as careful as can be.
struct LayerOption {
  LayerForm form;
  Picojoules saved_energy;
  Seconds saved_time;
  std::int64_t saved_bits = 0;
  std::optional<double> lost;  ///< share of samples; nothing where the search ended before
};

/// One network that was measured.
struct SearchPoint {
  enum class Found { Original, Alike, Alone, Assigned };  ///< all layers alike, one layer changed alone, or assigned

  std::vector<std::size_t> choices;  ///< of each layer
  Found found = Found::Original;
  bool is_tuned = false;
  NetworkRecord record;
  std::optional<Tally> test;
  bool on_front = false;  ///< no other point has less of what is to be least and no less accuracy

  double accuracy() const { return record.accuracy.share(); }
  double value(CompressionGoal goal) const;
};

/// What a search found.
struct CompressionSearch {
  CompressionGoal goal = CompressionGoal::Energy;
  double max_drop = 0.01;
  std::vector<std::string> layers, choices;
  std::vector<std::vector<LayerOption>> options;  ///< of each layer each choice
  std::vector<LayerForm> forms;                   ///< of the layers of the original
  SearchPoint original;                           ///< before any rule
  std::vector<SearchPoint> points;                ///< in the order in which they were measured, each network once
  std::optional<std::size_t> best;                ///< the least that is within the budget
  std::string stopped;                            ///< why and where the search ended early; empty: it did not

  bool is_within(const SearchPoint& point) const { return point.accuracy() >= original.accuracy() - max_drop; }
  /// The points of the front, the one with the most of what is to be least first.
  std::vector<std::size_t> front() const;
};

/// A cheap assignment of the rules' choices to layers within a loss of accuracy. First each choice for all layers
/// alike, then in each layer alone, all others as careful as can be; then, from the first choice for all on, the steps
/// that save most for what they are expected to lose, twice as many at a time while they keep to the budget, and
/// one by one where they do not; a step that loses too much is taken back and not tried again; and the same once more
/// from the cheapest that was found. Every network is measured. Where the rules fine-tune, the networks of this last
/// part are. Ended early it has what was found so far; `Interrupted` leaves it only where not even the original was
/// measured.
CompressionSearch search_compression(const Network& network, const CompressionRules& rules,
                                     const CompressionMeasures& measures, const CompressionSearchOptions& options,
                                     const CompressionData& data = {});

/// The network of a point.
Compressed network_of(const Network& network, const CompressionRules& rules, const CompressionSearch& search,
                      const SearchPoint& point, const CompressionData& data = {});

}  // namespace pj
