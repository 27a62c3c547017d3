#include "pj/training/augmentation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "tests/support/fault.hpp"

namespace pj {

TEST_CASE("every shift and flip of a picture comes up, and nothing else") {
  const std::vector<float> picture{1, 2, 3, 4, 5, 6};  // 2 × 3
  std::set<std::vector<float>> wanted;
  for (int down = -1; down <= 1; ++down) {
    for (int right = -1; right <= 1; ++right) {
      for (const bool flip : {false, true}) {
        std::vector<float> moved(6, 0.0F);
        for (int y = 0; y < 2; ++y) {
          for (int x = 0; x < 3; ++x) {
            const int column = (flip ? 2 - x : x) + right;
            if (y + down >= 0 && y + down < 2 && column >= 0 && column < 3) {
              moved[static_cast<std::size_t>((y + down) * 3 + column)] = picture[static_cast<std::size_t>(y * 3 + x)];
            }
          }
        }
        wanted.insert(moved);
      }
    }
  }
  std::set<std::vector<float>> seen;
  for (std::uint64_t chance = 0; chance < 500; ++chance) {
    std::vector<float> changed(6);
    augment({.shift = 1, .flip = true}, {2, 3}, chance, picture, changed);
    seen.insert(changed);
  }
  CHECK(seen == wanted);
}

TEST_CASE("augmentations are read as they are written") {
  CHECK(to_string(parse_augmentation("shift:2,flip")) == "shift:2,flip");
  CHECK(parse_augmentation("crop:4") == Augmentation{.shift = 4});
  CHECK(to_string(parse_augmentation("none")) == "none");
  CHECK(input_fault([] { parse_augmentation("rotate"); }) ==
        "unknown augmentation 'rotate'; write shift:PIXELS, crop:PIXELS, flip, or several with commas");
}

}  // namespace pj
