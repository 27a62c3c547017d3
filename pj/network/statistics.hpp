#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// The shape parameters of a layer in the field's letters (Sze et al. 2017, Table I); sizes of 1 where the
/// layer has no such axis. H and W are without padding, paddings those before the map; of a 3-D layer the last
/// two axes are given. Fully connected: R = H and S = W, the whole map. Pooling: `groups` = C, as each channel
/// has its own window. Matrix product: C the summed axis, M the weights' outputs, W = Q the positions that
/// share the weights, N the leading axes (of a plain matrix its rows).
struct LayerShape {
  std::int64_t N = 1, C = 1, M = 1, H = 1, W = 1, R = 1, S = 1;
  std::int64_t stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0, groups = 1;
  std::int64_t P = 1, Q = 1;

  bool operator==(const LayerShape&) const = default;
};

/// What one node costs before any hardware is known. Work on constants alone (as the dequantising of weights)
/// is done before the network runs: it has no MACs and no activations.
struct LayerStatistics {
  std::string name;
  std::string kind;
  std::size_t node = 0;  ///< its index among the network's nodes
  LayerShape shape;
  std::int64_t weights = 0;      ///< multiplied or looked-up weights, without biases
  std::int64_t parameters = 0;   ///< what training adjusts: weights, biases, scales and shifts of normalisations
  std::int64_t constants = 0;    ///< all constants among the operands: also running statistics, quantisation scales
  std::int64_t macs = 0;         ///< multiply-accumulates
  std::int64_t activations = 0;  ///< elements of the outputs
  std::int64_t receptive_field_h = 1, receptive_field_w = 1;  ///< of one output in the network's input

  bool operator==(const LayerStatistics&) const = default;
};

/// Totals over a network for its whole batch; a constant that several nodes share is counted once.
struct NetworkStatistics {
  std::vector<LayerStatistics> layers;
  std::int64_t weights_conv = 0, weights_fc = 0;  ///< of convolutions; of all other layers
  std::int64_t macs_conv = 0, macs_fc = 0;
  std::int64_t parameters = 0;
  std::int64_t constants = 0;
  std::int64_t activations = 0;

  std::int64_t weights() const { return weights_conv + weights_fc; }
  std::int64_t macs() const { return macs_conv + macs_fc; }
  /// Multiplications and additions: two for each MAC.
  std::int64_t operations() const { return 2 * macs(); }

  bool operator==(const NetworkStatistics&) const = default;
};

/// Counts a network, one entry a node in the network's order, but for these: a recurrent layer has entries
/// `name/W_x`, `name/W_h` and `name/projection`, and an `If` those of the branch with more MACs (of the then branch
/// where they are equal), as `name/node`.
///
/// Weights are found behind nodes that work on constants alone (Dequantize, Transpose, …). Only the connected
/// weights of a convolution with a connection table count. An embedding counts its table and no MACs. The two bias
/// vectors of a recurrent layer, which are only ever added, count as one parameter vector and two constants.
/// Parameters leave out running means and variances, quantisation scales, initial states, single-number operands
/// such as a scale factor, and int64 or bool tables. MACs are those of convolutions, fully connected and recurrent
/// layers and matrix products. Throws `InputError` where a count does not fit 64 bits.
NetworkStatistics statistics(const Network& network);

/// The node's kind in the field's words, told apart by its operands: `depthwise convolution`, `grouped convolution`,
/// `pointwise convolution`, `embedding`; else as `kind_name(node.layer)`.
std::string kind_name(const Network& network, const Node& node);

}  // namespace pj
