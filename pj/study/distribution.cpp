#include "pj/study/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pj {

double Distribution::quantile(double share) const {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<Distribution::Bin> Distribution::histogram(int bins) const {
  const double least = sorted.front();
  const double width = (sorted.back() - least) / bins;
  if (width <= 0.0) {
    return {{least, least, count}};
  }
  std::vector<Bin> result;
  for (int i = 0; i < bins; ++i) {
    result.push_back({least + i * width, i + 1 == bins ? sorted.back() : least + (i + 1) * width, 0});
  }
  for (const double number : sorted) {
    const auto own = std::ranges::upper_bound(result, number, {}, &Bin::low);  // the bin behind
    ++std::prev(own)->count;
  }
  return result;
}

double Distribution::standard_error() const {
  return deviation / std::sqrt(static_cast<double>(count));
}

Distribution distribution_of(std::vector<double> numbers) {
  Distribution result{.sorted = std::move(numbers)};
  result.count = std::ssize(result.sorted);
  std::ranges::sort(result.sorted);
  const auto n = static_cast<double>(result.count);
  result.mean = std::accumulate(result.sorted.begin(), result.sorted.end(), 0.0) / n;
  double squares = 0.0;
  for (const double number : result.sorted) {
    squares += (number - result.mean) * (number - result.mean);
  }
  result.deviation = result.count > 1 ? std::sqrt(squares / (n - 1.0)) : 0.0;
  return result;
}

}  // namespace pj
