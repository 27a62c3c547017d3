#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pj/compression/rules.hpp"

namespace pj {

/// What rules may ask for beside the network.
struct CompressionData {
  std::function<Observations(const Network&)> observe;  ///< what flows through it on data; empty: there are no data
  FineTuningData tuning;
};

/// What a rule did to a layer.
struct LayerChange {
  std::string layer;
  std::string rule;             ///< as in the file
  std::optional<double> error;  ///< Σ (w − w')² / Σ w², where weights took the place of weights
  std::string remark;           ///< what else is to be said

  bool operator==(const LayerChange&) const = default;
};

/// A network and how it came about.
struct Compressed {
  Network network;
  std::vector<LayerChange> changes;

  bool operator==(const Compressed&) const = default;
};

/// The rules, one after the other. With fine-tuning those that prune and factorise come first, step by step, each step
/// followed by epochs in which the weights are already used as the codes that later rules give them. Throws
/// `InputError` naming rule and layer where one cannot be applied.
Compressed compress(const Network& network, const CompressionRules& rules, const CompressionData& data = {});

/// Does a rule change what there is to train (zeros, factors, channels), so that fine-tuning comes behind it?
bool is_shaping(const Rule& rule);

/// The layers of a network with weights for which the rules offer choices.
std::vector<std::string> layers_with_choice(const Network& network, const CompressionRules& rules);

/// One rule.
Compressed apply(const Network& network, const Rule& rule, const CompressionData& data = {});

}  // namespace pj
