#include "pj/study/non_dominated.hpp"

#include <algorithm>
#include <numeric>

namespace pj {

bool dominates(const Objectives& a, const Objectives& b) {
  bool is_better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) {
      return false;
    }
    is_better = is_better || a[i] < b[i];
  }
  return is_better;
}

std::vector<std::size_t> non_dominated(const std::vector<Objectives>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // What dominates a point stands before it in this order, and is itself on the front or dominated by what is there
  // (Kung, Luccio and Preparata 1975), so that each point is held only to the front so far.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  std::vector<std::size_t> front;
  for (const std::size_t place : order) {
    const bool is_dominated = std::any_of(front.begin(), front.end(),
                                          [&](std::size_t other) { return dominates(points[other], points[place]); });
    if (!is_dominated) {
      front.push_back(place);
    }
  }
  return front;
}

}  // namespace pj
