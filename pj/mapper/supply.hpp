#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pj {

constexpr std::size_t most_tensors = 8;

/// Energies of the tensors.
using TensorEnergies = std::array<double, most_tensors>;

/// What a level's tiles cost at least to bring in from outside: those of the tensors that it keeps, beyond what every
/// element must cost. A tensor that passes the level is brought to tiles further in; seen together, these want at least
/// what one tile of the level's extents would, and can leave it in place only if they hold all of it.
struct Supply {
  double kept = 0.0;
  TensorEnergies held{};   ///< of a passing tensor where its tiles hold all that the level's loops leave in place
  TensorEnergies fresh{};  ///< where they do not
  TensorEnergies words{};  ///< that they would have to hold

  bool as_cheap_as(const Supply& other) const;
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
  /// `known`, and their tiles hold so many words: for each the larger of the two bounds holds.
  double least(const TensorEnergies& known, const TensorEnergies& holds) const;
};

}  // namespace pj
