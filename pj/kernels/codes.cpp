#include "pj/kernels/codes.hpp"

#include <bit>
#include <cmath>

namespace pj {

std::uint16_t to_bfloat16(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const std::uint32_t upper = bits >> 16U;
  if (std::isnan(number)) {
    return static_cast<std::uint16_t>(upper | 0x40U);  // quiet, whatever bits are cut off
  }
  return static_cast<std::uint16_t>((bits + 0x7fffU + (upper & 1U)) >> 16U);
}

float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

}  // namespace pj
