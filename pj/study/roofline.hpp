#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/study/evaluate.hpp"

namespace pj {

/// What a level can move, all instances together.
struct Roof {
  std::string level;
  std::size_t stage = 0;
  double bytes_per_second = 0.0;
  double ridge = 0.0;  ///< MACs for each of its bytes from which on the arithmetic sets the time

  bool operator==(const Roof&) const = default;
};

/// One layer below the roofs. Only the MACs that are done count: those that zeros save do not.
struct RooflinePoint {
  std::string name;
  double macs = 0.0;
  double intensity = 0.0;           ///< MACs for each byte moved to and from the outermost level
  std::vector<double> intensities;  ///< the same for each roof
  double attainable = 0.0;          ///< MACs a second: the least of the peak and intensity · bandwidth of each roof
  double achieved = 0.0;            ///< MACs a second
  std::string bound_by;             ///< the stage, or the compute units, that set the time
  std::optional<std::size_t> roof;  ///< the roof that is the lowest; nothing: the peak

  bool operator==(const RooflinePoint&) const = default;
};

/// The roofline of a machine (Williams, Waterman and Patterson 2009) with a network's layers on it.
struct Roofline {
  std::string network;
  Accelerator accelerator;
  double peak = 0.0;  ///< MACs a second
  std::vector<Roof> roofs;
  std::vector<RooflinePoint> layers;
  RooflinePoint all;
  double gap = 0.0;  ///< how far the objective can be above the least; 0: all mappings are proved
};

/// The levels with a bandwidth. One that limits reads and writes each has the sum of both; one that limits only one of
/// them has none here.
std::vector<Roof> roofs(const Accelerator& accelerator);

Roofline roofline(const Estimate& estimate);

}  // namespace pj
