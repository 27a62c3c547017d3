#pragma once

#include <string>
#include <vector>

#include "pj/network/network.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

struct LowerOptions {
  bool pooling = false;                   ///< pooling layers too: Einsums with one input, whose operations cost nothing
  bool products_as_convolutions = false;  ///< a fully connected layer's filters are as large as the map that it sees
};

/// A product of a layer as the cost side sees it.
struct LoweredLayer {
  std::string name;  ///< the node's, with the part where it has several: `lstm/W_x`
  std::string kind;  ///< in the field's words
  Workload workload;

  bool operator==(const LoweredLayer&) const = default;
};

/// The Einsums of all layers that multiply and accumulate: convolutions (of 1 to 3 axes, grouped, dilated, strided,
/// transposed), fully connected layers, matrix products (attention's too) and the products of recurrent cells. The
/// other layers have none. The indices are named N batch, G groups, M C channels out and in, P Q (and Z) output
/// positions, R S (and T) filter positions; the tensors Input, Weight, Output, with the stored bits of their formats.
/// Of an `If` the branch with more multiply-accumulates counts. docs/assumptions.md says what is left out.
std::vector<LoweredLayer> lower(const Network& network, const LowerOptions& options = {});

}  // namespace pj
