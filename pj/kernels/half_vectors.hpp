#pragma once

#include <cstdint>
#include <cstring>

namespace pj {

/// What half_body.hpp computes with, in vectors of the compiler: products of bfloat16 in float32, one after the other.
/// `Own` keeps files for different instruction sets from sharing a function.
template <class Own>
struct HalfVectors {
  using Floats [[gnu::vector_size(64)]] = float;
  using Pairs [[gnu::vector_size(64)]] = std::uint32_t;
  using Whole [[gnu::vector_size(64)]] = std::int32_t;
  using Words [[gnu::vector_size(32)]] = std::int16_t;
  using Halves [[gnu::vector_size(32)]] = std::uint16_t;

  template <class Vector, class Number>
  static Vector loaded(const Number* numbers) {
    Vector vector;
    std::memcpy(&vector, numbers, sizeof(vector));
    return vector;
  }
  static Floats load_floats(const float* numbers) { return loaded<Floats>(numbers); }
  static void store_floats(float* numbers, const Floats& x) { std::memcpy(numbers, &x, sizeof(x)); }
  static Floats load_halves(const std::uint16_t* halves) {
    return __builtin_bit_cast(Floats, __builtin_convertvector(loaded<Halves>(halves), Pairs) << 16);
  }
  /// IEEE 754: what is not a number stays so.
  static void store_halves(std::uint16_t* halves, const Floats& x) {
    const auto bits = __builtin_bit_cast(Pairs, x);
    const Pairs rounded = (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16;
    const Pairs kept = (bits & 0x7fffffffU) > Pairs{} + 0x7f800000U ? (bits >> 16 | 0x40U) : rounded;
    const Halves result = __builtin_convertvector(kept, Halves);
    std::memcpy(halves, &result, sizeof(result));
  }
  /// Rounded to whole numbers of 16 bits, halves to even: adding 1.5 · 2²³ rounds.
  static void store_words(std::int16_t* words, const Floats& x) {
    constexpr float shift = 0x1.8p23F;
    const auto whole = __builtin_bit_cast(Whole, x + shift) - __builtin_bit_cast(std::int32_t, shift);
    const auto result = __builtin_convertvector(whole, Words);
    std::memcpy(words, &result, sizeof(result));
  }
  static Pairs load_pairs(const std::uint16_t* pairs) { return loaded<Pairs>(pairs); }
  static Pairs all_pair(const std::uint16_t* pair) {
    std::uint32_t word = 0;
    std::memcpy(&word, pair, sizeof(word));
    return word - Pairs{};
  }
  static Floats dot(const Floats& sum, const Pairs& x, const Pairs& w) {
    const auto low = [](const Pairs& pair) { return __builtin_bit_cast(Floats, pair << 16); };
    const auto high = [](const Pairs& pair) { return __builtin_bit_cast(Floats, pair & 0xffff0000U); };
    return sum + low(x) * low(w) + high(x) * high(w);
  }
};

}  // namespace pj
