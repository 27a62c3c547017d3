#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace pj {

/// What is known of a tensor that passes a level: what bringing it to the tiles inside costs at least, and the words
/// that these hold.
struct Passing {
  double costs = 0.0, holds = 0.0;
};

/// What a level's tiles cost at least to bring in from outside: those of the tensors that it keeps, beyond what every
/// element must cost. A tensor that passes the level is brought to tiles further in; seen together, these want at least
/// what one tile of the level's extents would, and can leave it in place only if they hold all of it.
struct Supply {
  /// Tensors that pass a level and are seen; of any more the bounds know nothing.
  static constexpr std::size_t most_passing = 2;

  struct Passage {
    double held = 0.0;   ///< where the tiles inside hold all that the level's loops leave in place
    double fresh = 0.0;  ///< where they do not
    double words = 0.0;  ///< that they would have to hold

    /// The larger of two bounds: this one, and what is known.
    double least(const Passing& known) const { return std::max(known.costs, words <= known.holds ? held : fresh); }
  };

  double kept = 0.0;
  std::array<Passage, most_passing> passes{};

  bool as_cheap_as(const Supply& other) const;
  /// Whatever is known of the tensors that pass.
  double least() const;
  double least(const std::array<Passing, most_passing>& known) const;
};

/// The supplies among which one that can be had is at least as cheap in every respect as any other that can be had.
struct SupplyFront {
  bool passes = true;  ///< it tells of tensors whose words pass the level
  std::vector<Supply> points;

  /// Is some point as cheap in every respect?
  bool covers(const Supply& supply) const;
  /// Takes a supply in, unless it is covered, and leaves out those that it covers.
  void add(const Supply& supply);
  /// The least that the tiles and the tensors that pass cost together.
  double least(const std::array<Passing, Supply::most_passing>& known) const;
};

}  // namespace pj
