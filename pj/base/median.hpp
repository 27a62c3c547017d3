#pragma once

#include <algorithm>
#include <vector>

namespace pj {

/// The middle one of some numbers; of an even count the upper of the two. There is at least one.
template <class Number>
Number median(std::vector<Number> numbers) {
  const auto middle = numbers.begin() + std::ssize(numbers) / 2;
  std::ranges::nth_element(numbers, middle);
  return *middle;
}

}  // namespace pj
