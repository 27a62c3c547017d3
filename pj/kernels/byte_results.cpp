#include "pj/kernels/byte_results.hpp"

#include <algorithm>

namespace pj {

std::span<const std::int16_t> filter_of(const ByteConv& conv, std::int64_t m) {
  const std::int64_t size = conv.shape.group_C() * conv.shape.R * conv.shape.S;
  return std::span(conv.weights).subspan(static_cast<std::size_t>(m * size), static_cast<std::size_t>(size));
}

const Requantization& requantization_of(const ByteConv& conv, std::int64_t m) {
  return conv.results[conv.results.size() == 1 ? 0 : static_cast<std::size_t>(m)];
}

std::int64_t byte_bias(const ByteConv& conv, std::int64_t m) {
  return conv.bias.empty() ? 0 : conv.bias[static_cast<std::size_t>(m)];
}

std::int64_t weight_offset(const ByteConv& conv, std::int64_t m) {
  const auto [least, greatest] = std::ranges::minmax(filter_of(conv, m));
  return least >= -128 && greatest <= 127 ? 0 : least + 128;
}

ByteResults::ByteResults(std::int64_t places)
    : bias_(static_cast<std::size_t>(places)),
      multipliers_(bias_.size()),
      shifts_(bias_.size()),
      offsets_(bias_.size()),
      estimates_(bias_.size()) {}

void ByteResults::set(const ByteConv& conv, std::int64_t m, std::int64_t place) {
  const auto i = static_cast<std::size_t>(place);
  std::int64_t weights = 0;
  for (const std::int16_t weight : filter_of(conv, m)) {
    weights += weight;
  }
  const FixedPointFactor& factor = requantization_of(conv, m).factor;
  bias_[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(byte_bias(conv, m) - conv.input_zero * weights));
  multipliers_[i] = factor.multiplier;
  shifts_[i] = factor.shift;
  estimates_[i] = static_cast<float>(factor.value());
  offsets_[i] = static_cast<std::int32_t>(-weight_offset(conv, m));
  has_offsets_ |= offsets_[i] != 0;
}

ByteResult ByteResults::view(const Requantization& to, std::int64_t first) const {
  return {bias_.data() + first,
          estimates_.data() + first,
          multipliers_.data() + first,
          shifts_.data() + first,
          has_offsets_ ? offsets_.data() + first : nullptr,
          static_cast<std::int32_t>(to.zero),
          static_cast<std::int32_t>(to.low),
          static_cast<std::int32_t>(to.high)};
}

}  // namespace pj
