#include <bit>

#include "pj/kernels/word_body.hpp"

namespace pj {

namespace {

struct Target {
  static constexpr int lanes = 1, rows = 1;
  using Vector = std::int32_t;

  static Vector load(const std::uint32_t* words) { return static_cast<Vector>(*words); }
  static void store(std::int32_t* number, Vector sum) { *number = sum; }
  static Vector scaled(Vector sum, std::int32_t factor, std::int32_t offset) { return sum * factor + offset; }
  static Vector bytes(Vector sum, std::uint32_t x, Vector w) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      const auto input = static_cast<std::int32_t>(x >> shift & 0xffU);
      const auto weight = static_cast<std::int8_t>(static_cast<std::uint32_t>(w) >> shift & 0xffU);
      sum += input * weight;
    }
    return sum;
  }
  static Vector signs(Vector sum, std::uint32_t x, Vector w) {
    return sum + std::popcount(x ^ static_cast<std::uint32_t>(w));
  }
};

}  // namespace

const WordKernels* portable_word_kernels() {
  return word_kernels_for<Target>("portable");
}

}  // namespace pj
