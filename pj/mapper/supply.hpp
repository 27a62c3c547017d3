#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pj {

constexpr std::size_t most_tensors = 8;

/// Energies of the tensors.
using TensorEnergies = std::array<double, most_tensors>;

/// What a level's tiles cost at least to bring in from outside: those of the tensors that it keeps, beyond what every
/// element must cost; and for each tensor that passes the level, what its words cost that the level's loops demand.
struct Supply {
  double kept = 0.0;
  TensorEnergies passing{};
};

/// The supplies among which one that can be had is at least as cheap in every respect as any other that can be had.
struct SupplyFront {
  std::uint32_t passing = 0;  ///< the tensors whose words pass the level, as a mask
  std::vector<Supply> points;

  /// Is some point as cheap in every respect?
  bool covers(const Supply& supply) const;
  /// Takes a supply in, unless it is covered, and leaves out those that it covers.
  void add(const Supply& supply);
  /// The least that the tiles and the passing tensors together cost, where what is known of the passing tensors costs
  /// `known`: for each the larger of the two bounds holds.
  double least(const TensorEnergies& known) const;
};

}  // namespace pj
