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
  std::function<Examples(const Network&)> calibration = {};  ///< the first of them
  /// What the layers cost on the machine that was named; empty: none was.
  std::function<LayerEnergies(const Network&)> energy = {};
  FineTuningData tuning = {};
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

/// One rule. Throws `InputError` naming rule and layer where it cannot be applied.
Compressed apply(const Network& network, const Rule& rule, const CompressionData& data = {});

/// What a rule of signs makes of the layers' inputs alone (XNOR-Net, BNN), so that the network is trained with it.
Network with_signs_for_inputs(const Network& network, const Rule& rule);

}  // namespace pj
