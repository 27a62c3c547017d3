#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace pj {

/// What a level's tiles cost at least to bring in from outside: those of the tensors that it keeps, beyond what every
/// element must cost. A tensor that passes the level is brought to tiles further in; seen together, these want at least
/// what one tile of the level's extents would, and can leave it in place only if they hold all of it.
struct Supply {
  double kept = 0.0;
  double held = 0.0;   ///< of the passing tensor where its tiles hold all that the level's loops leave in place
  double fresh = 0.0;  ///< where they do not
  double words = 0.0;  ///< that they would have to hold

  bool as_cheap_as(const Supply& other) const;
};

/// The supplies among which one that can be had is at least as cheap in every respect as any other that can be had.
struct SupplyFront {
  std::optional<std::size_t> passing;  ///< the tensor whose words pass the level
  std::vector<Supply> points;

  /// Is some point as cheap in every respect?
  bool covers(const Supply& supply) const;
  /// Takes a supply in, unless it is covered, and leaves out those that it covers.
  void add(const Supply& supply);
  /// The least that the tiles and the passing tensor together cost, where what is known of the passing tensor costs
  /// `known`, and its tiles hold so many words: the larger of the two bounds holds.
  double least(double known, double holds) const;
};

}  // namespace pj
