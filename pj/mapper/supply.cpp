#include "pj/mapper/supply.hpp"

#include <algorithm>
#include <limits>

namespace pj {

namespace {

bool as_cheap(const Supply& a, const Supply& b) {
  return a.kept <= b.kept && std::equal(a.passing.begin(), a.passing.end(), b.passing.begin(), std::less_equal<>());
}

}  // namespace

bool SupplyFront::covers(const Supply& supply) const {
  return std::any_of(points.begin(), points.end(), [&](const Supply& point) { return as_cheap(point, supply); });
}

void SupplyFront::add(const Supply& supply) {
  if (!covers(supply)) {
    std::erase_if(points, [&](const Supply& point) { return as_cheap(supply, point); });
    points.push_back(supply);
  }
}

double SupplyFront::least(const TensorEnergies& known) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Supply& point : points) {
    double sum = point.kept;
    for (std::size_t tensor = 0; tensor < most_tensors; ++tensor) {
      if ((passing >> tensor & 1U) != 0) {
        sum += std::max(known[tensor], point.passing[tensor]);
      }
    }
    least = std::min(least, sum);
  }
  return least;
}

}  // namespace pj
