#include "pj/mapper/supply.hpp"

#include <algorithm>
#include <limits>

namespace pj {

bool Supply::as_cheap_as(const Supply& other) const {
  return kept <= other.kept && held <= other.held && fresh <= other.fresh && words <= other.words;
}

bool SupplyFront::covers(const Supply& supply) const {
  return std::any_of(points.begin(), points.end(), [&](const Supply& point) { return point.as_cheap_as(supply); });
}

void SupplyFront::add(const Supply& supply) {
  if (!covers(supply)) {
    std::erase_if(points, [&](const Supply& point) { return supply.as_cheap_as(point); });
    points.push_back(supply);
  }
}

double SupplyFront::least(double known, double holds) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Supply& point : points) {
    const double passes = std::max(known, point.words <= holds ? point.held : point.fresh);
    least = std::min(least, point.kept + (passing ? passes : 0.0));
  }
  return least;
}

}  // namespace pj
