#pragma once

#include "pj/base/error.hpp"
#include "pj/compression/network_editor.hpp"

namespace pj {

/// Batch normalisation becomes part of the layer before it: weights of channel m times γ_m / √(variance_m + ε), biases
/// to match (Jacob et al., CVPR 2018, section 3.2).
struct Folding {
  bool operator==(const Folding&) const = default;
};

/// Whether a node is a batch normalisation of what a convolution or fully connected layer alone makes for it, whose
/// numbers are all known.
Verdict can_fold(const Network& network, std::size_t node);

/// Folds it, in double precision, and takes the node out. Weights that are codes become float32.
void fold_normalisation(NetworkEditor& editor, std::size_t node);

}  // namespace pj
