#include "pj/timeloop/remainders.hpp"

#include "pj/base/arithmetic.hpp"

namespace pj {

std::vector<std::int64_t> remainders(std::span<const std::int64_t> factors, std::int64_t size) {
  std::vector<std::int64_t> last(factors.size());
  std::int64_t rest = size - 1;
  for (std::size_t i = factors.size(); i-- > 0;) {
    last[i] = rest % factors[i] + 1;
    rest /= factors[i];
  }
  return last;
}

std::int64_t covered(std::span<const std::int64_t> factors, std::span<const std::int64_t> last, std::int64_t limit) {
  std::int64_t final_element = 0;  // a number with the digits last − 1 in the mixed radix of the factors
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const auto shifted = checked_product(final_element, factors[i]);
    const auto next = shifted ? checked_sum(*shifted, last[i] - 1) : std::nullopt;
    if (!next || *next >= limit) {
      return limit + 1;
    }
    final_element = *next;
  }
  return final_element + 1;
}

}  // namespace pj
