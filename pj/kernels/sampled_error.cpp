#include "pj/kernels/sampled_error.hpp"

#include "pj/base/random.hpp"

namespace pj {

std::vector<Shape<4>> sampled_places(const Shape<4>& sizes) {
  constexpr int count = 64;
  Rng rng(2);
  std::vector<Shape<4>> places;
  for (int i = 0; i < count; ++i) {
    places.push_back({rng.between(0, sizes[0] - 1), rng.between(0, sizes[1] - 1), rng.between(0, sizes[2] - 1),
                      rng.between(0, sizes[3] - 1)});
  }
  return places;
}

}  // namespace pj
