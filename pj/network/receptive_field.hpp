#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pj/network/constant_sources.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// How one element of a tensor sees the network's input along one spatial axis.
struct AxisField {
  double size = 1.0;           ///< rows that it depends on
  double jump = 1.0;           ///< rows between neighbouring elements
  std::int64_t positions = 1;  ///< elements along the axis; they remain when the map is flattened

  /// Rows that all elements along the axis depend on.
  double whole() const { return size + static_cast<double>(positions - 1) * jump; }

  bool operator==(const AxisField&) const = default;
};

/// Height and width; a 1-D map has only a width, of a 3-D one the last two axes count.
using Field = std::array<AxisField, 2>;

/// The receptive field of one element of every value, not cut at the input's border, by the usual recursion
/// size' = size + D · (R − 1) · jump, jump' = jump · U; over several operands the largest. A layer that sees the
/// whole map (fully connected, global pooling, a product of two activations) has the field of all its positions.
/// `inputs` gives the fields of the network's inputs, where it is the branch of another network. An `If` has the
/// larger field of its two branches.
std::vector<Field> receptive_fields(const Network& network, const ConstantSources& sources,
                                    std::span<const Field> inputs = {});

}  // namespace pj
