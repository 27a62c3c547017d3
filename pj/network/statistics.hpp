#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// The shape parameters of a layer in the field's letters (Sze et al. 2017, Table I); sizes of 1 where the
/// layer has no such axis. H and W are without padding.
struct LayerShape {
  std::int64_t N = 1, C = 1, M = 1, H = 1, W = 1, R = 1, S = 1;
  std::int64_t stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0, groups = 1;
  std::int64_t P = 1, Q = 1;

  bool operator==(const LayerShape&) const = default;
};

/// What one node costs before any hardware is known.
struct LayerStatistics {
  std::string name;
  std::string kind;
  LayerShape shape;
  std::int64_t weights = 0;      ///< multiplied or looked-up weights, without biases
  std::int64_t parameters = 0;   ///< all constants of the node: weights, biases, normalisation
  std::int64_t macs = 0;         ///< multiply-accumulates
  std::int64_t activations = 0;  ///< elements of the outputs
  std::int64_t receptive_field_h = 1, receptive_field_w = 1;  ///< of one output in the network's input
};

/// Totals over a network; a constant that several nodes share is counted once.
struct NetworkStatistics {
  std::vector<LayerStatistics> layers;
  std::int64_t weights_conv = 0, weights_fc = 0;
  std::int64_t macs_conv = 0, macs_fc = 0;
  std::int64_t parameters = 0;
  std::int64_t activations = 0;

  std::int64_t weights() const { return weights_conv + weights_fc; }
  std::int64_t macs() const { return macs_conv + macs_fc; }
};

NetworkStatistics statistics(const Network& network);

}  // namespace pj
