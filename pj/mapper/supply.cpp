#include "pj/mapper/supply.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace pj {

bool Supply::as_cheap_as(const Supply& other) const {
  const auto none_above = [](const TensorEnergies& a, const TensorEnergies& b) {
    return std::equal(a.begin(), a.end(), b.begin(), std::less_equal<>());
  };
  return kept <= other.kept && none_above(held, other.held) && none_above(fresh, other.fresh) &&
         none_above(words, other.words);
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

double SupplyFront::least(const TensorEnergies& known, const TensorEnergies& holds) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Supply& point : points) {
    double sum = point.kept;
    for (std::uint32_t rest = passing; rest != 0; rest &= rest - 1) {
      const auto tensor = static_cast<std::size_t>(std::countr_zero(rest));
      const bool held = point.words[tensor] <= holds[tensor];
      sum += std::max(known[tensor], held ? point.held[tensor] : point.fresh[tensor]);
    }
    least = std::min(least, sum);
  }
  return least;
}

}  // namespace pj
