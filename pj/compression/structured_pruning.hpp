#pragma once

#include "pj/compression/network_editor.hpp"

namespace pj {

/// Whole filters or channels are left out, so that the network really becomes smaller.
struct StructuredPruning {
  enum class What {
    Filters,   ///< output channels of the selected layers, those of the least Σ |w| (Li et al. 2017)
    Channels,  ///< input channels of the selected layers, likewise
  };

  What what = What::Filters;
  double keep = 0.5;  ///< the share of each layer's filters or channels that stays, at least one

  bool operator==(const StructuredPruning&) const = default;
};

/// The network without the least channels of these layers, and without all that belonged to them in other layers: the
/// weights that read them, normalisations, biases, the same channels of what is added to them. Throws `InputError`
/// where a layer has too few channels that can be left out, with the node that holds on to them.
Network without_channels(const Network& network, const std::vector<std::size_t>& nodes, const StructuredPruning& rule);

}  // namespace pj
