#include <bit>

#include "pj/kernels/word_dots.hpp"

namespace pj {

namespace {

struct Target {
  static constexpr int lanes = 1, rows = 1;
  using Vector = std::int32_t;
  using Floats = float;

  static Vector load(const std::uint32_t* words) { return static_cast<Vector>(*words); }
  static void store(std::int32_t* number, Vector sum) { *number = sum; }
  static void store(float* number, Floats sum) { *number = sum; }
  static Vector plus(Vector a, Vector b) { return a + b; }
  static Floats plus(Floats a, Floats b) { return a + b; }
  static Vector scaled(Vector sum, std::int32_t factor, const std::int32_t* offset) { return sum * factor + *offset; }
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
  static Vector ternary(Vector sum, std::uint32_t x, Vector signs, Vector ones) {
    return sum + std::popcount((x ^ static_cast<std::uint32_t>(signs)) & static_cast<std::uint32_t>(ones));
  }
  /// A number of bfloat16 is the upper half of a float.
  static Floats bfloat16(Floats sum, std::uint32_t x, Vector w) {
    const auto weights = static_cast<std::uint32_t>(w);
    sum += std::bit_cast<float>(x << 16U) * std::bit_cast<float>(weights << 16U);
    return sum + std::bit_cast<float>(x & 0xffff0000U) * std::bit_cast<float>(weights & 0xffff0000U);
  }
  static Floats floats(Floats sum, std::uint32_t x, Floats w) { return sum + std::bit_cast<float>(x) * w; }

  struct ByteTable {
    const std::int8_t* bytes;

    explicit ByteTable(const void* codebook) : bytes(static_cast<const std::int8_t*>(codebook)) {}
    Vector codebook16(Vector indices, int step) const { return looked_up(indices, 4 * step, 0xf); }
    Vector codebook4(Vector indices, int step) const { return looked_up(indices, 2 * step, 3); }

   private:
    Vector looked_up(Vector indices, int shift, std::uint32_t mask) const {
      std::uint32_t weights = 0;
      for (int place = 0; place < 32; place += 8) {
        const std::uint32_t index = static_cast<std::uint32_t>(indices) >> (place + shift) & mask;
        weights |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[index])) << place;
      }
      return static_cast<Vector>(weights);
    }
  };

  struct FloatTable {
    const float* numbers;

    explicit FloatTable(const void* codebook) : numbers(static_cast<const float*>(codebook)) {}
    Floats codebook16(Vector indices, int step) const {
      return numbers[static_cast<std::uint32_t>(indices) >> (4 * step) & 0xfU];
    }
  };
};

}  // namespace

const WordKernels* portable_word_kernels() {
  return word_kernels_for<Target>("portable");
}

}  // namespace pj
