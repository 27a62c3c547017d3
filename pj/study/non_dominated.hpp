#pragma once

#include <cstddef>
#include <vector>

namespace pj {

/// Numbers of one point, each better the smaller it is; all points have equally many.
using Objectives = std::vector<double>;

/// Is `a` no worse than `b` in any number, and better in one?
bool dominates(const Objectives& a, const Objectives& b);

/// The places of the points that no other dominates, in order of their first number, then the next, then the place. Of
/// equal points all are there.
std::vector<std::size_t> non_dominated(const std::vector<Objectives>& points);

}  // namespace pj
