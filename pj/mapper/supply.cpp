#include "pj/mapper/supply.hpp"

#include <limits>

namespace pj {

bool Supply::as_cheap_as(const Supply& other) const {
  return kept <= other.kept &&
         std::equal(passes.begin(), passes.end(), other.passes.begin(), [](const Passage& a, const Passage& b) {
           return a.held <= b.held && a.fresh <= b.fresh && a.words <= b.words;
         });
}

double Supply::least() const {
  double sum = kept;
  for (const Passage& passage : passes) {
    sum += std::min(passage.held, passage.fresh);
  }
  return sum;
}

double Supply::least(const std::array<Passing, most_passing>& known) const {
  double sum = kept;
  for (std::size_t i = 0; i < most_passing; ++i) {
    sum += passes[i].least(known[i]);
  }
  return sum;
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

double SupplyFront::least(const std::array<Passing, Supply::most_passing>& known) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Supply& point : points) {
    least = std::min(least, point.least(known));
  }
  return least;
}

}  // namespace pj
