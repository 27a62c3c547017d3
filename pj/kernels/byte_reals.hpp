#pragma once

#include <cstring>

#include "pj/kernels/byte_kernels.hpp"

namespace pj {

// The loops of byte_kernels.hpp that compute with floats, in vectors of the compiler of `Target::lanes` floats.

template <class Target>
struct ByteReals {
  static constexpr int lanes = Target::lanes;
  using Reals [[gnu::vector_size(4 * lanes)]] = float;
  using Whole [[gnu::vector_size(4 * lanes)]] = std::int32_t;

  static Reals load(const float* numbers) {
    Reals result;
    std::memcpy(&result, numbers, sizeof(result));
    return result;
  }
  static void store(float* numbers, Reals reals) { std::memcpy(numbers, &reals, sizeof(reals)); }
  static Reals load_bytes(const std::uint8_t* bytes) {
    return __builtin_bit_cast(Reals, Target::reals(Target::load_unsigned(bytes, lanes)));
  }
  /// zero + numbers, within bounds.
  static void store_bytes(std::uint8_t* bytes, Whole numbers, std::int32_t zero, std::int32_t low, std::int32_t high,
                          std::int64_t left) {
    const auto v = __builtin_bit_cast(typename Target::Vector, numbers + zero);
    Target::store_bytes(bytes, Target::bounded(v, low, high), left);
  }
  static bool is_any(Whole v) { return Target::is_any(__builtin_bit_cast(typename Target::Vector, v)); }
};

/// 1/√x of positive normal numbers: the processor's guess of 14 bits and a step of Newton's iteration, or a guess from
/// the exponent and three steps, as in vector_pool.hpp.
template <class Target, class Reals>
[[gnu::always_inline]] inline Reals byte_inverse_root(Reals x) {
  if constexpr (requires(typename Target::Reals r) { Target::near_inverse_root(r); }) {
    const Reals y = __builtin_bit_cast(Reals, Target::near_inverse_root(__builtin_bit_cast(typename Target::Reals, x)));
    return y * (1.5F - 0.5F * x * y * y);
  }
  using Whole = typename ByteReals<Target>::Whole;
  constexpr std::int32_t magic = 0x5f3759df;
  Reals y = __builtin_bit_cast(Reals, magic - (__builtin_bit_cast(Whole, x) >> 1));
  const Reals half = 0.5F * x;
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  return y * (1.5F - half * y * y);
}

/// Rounded to whole numbers, halves to even: beyond ±1000 a bound is reached, and below 2²² adding 1.5 · 2²³ rounds.
template <class Target, class Reals>
[[gnu::always_inline]] inline typename ByteReals<Target>::Whole byte_nearest(Reals x) {
  using Whole = typename ByteReals<Target>::Whole;
  constexpr float far = 1000.0F, shift = 0x1.8p23F;
  x = x < -far ? Reals{} - far : x;
  x = x > far ? Reals{} + far : x;
  return __builtin_bit_cast(Whole, x + shift) - __builtin_bit_cast(std::int32_t, shift);
}

template <class Target>
[[gnu::always_inline]] inline typename ByteReals<Target>::Reals byte_response_estimate(const ByteResponseRun& r,
                                                                                       const std::uint8_t* pixel,
                                                                                       std::int64_t c) {
  using V = ByteReals<Target>;
  typename V::Reals sum = {};
  for (std::int64_t i = 0; i < r.size; ++i) {
    sum += V::load(r.squares + c + i);
  }
  const typename V::Reals base = r.bias + r.share * sum;
  const typename V::Reals root = byte_inverse_root<Target>(base);
  const typename V::Reals inverse = r.power == 0.75F  ? root * (root * byte_inverse_root<Target>(root))
                                    : r.power == 0.5F ? root
                                                      : 1.0F / base;
  return (V::load_bytes(pixel + c) - r.input_zero) * r.factor * inverse;
}

template <class Target>
[[gnu::noinline, gnu::cold]] void byte_response_correct(const ByteResponseRun& r, std::int64_t position,
                                                        std::int64_t channel,
                                                        const typename ByteReals<Target>::Whole& least,
                                                        const typename ByteReals<Target>::Whole& greatest) {
  const std::uint8_t* const pixel = r.map + position * r.channels;
  for (std::int64_t j = 0; j < Target::lanes && channel + j < r.channels; ++j) {
    if (least[j] != greatest[j]) {
      r.output[position * r.channels + channel + j] = static_cast<std::uint8_t>(r.exact(r.layer, pixel, channel + j));
    }
  }
}

template <class Target>
void byte_response(const ByteResponseRun& r) {
  using V = ByteReals<Target>;
  std::memset(r.squares, 0, static_cast<std::size_t>(r.channels + r.size + V::lanes) * sizeof(float));
  for (std::int64_t i = 0; i < r.positions; ++i) {
    const std::uint8_t* const pixel = r.map + i * r.channels;
    for (std::int64_t c = 0; c < r.channels; c += V::lanes) {
      const typename V::Reals x = V::load_bytes(pixel + c) - r.input_zero;
      V::store(r.squares + r.before + c, x * x);
    }
    // Behind the last channel there are zeros, not the next position's.
    std::memset(r.squares + r.before + r.channels, 0, static_cast<std::size_t>(V::lanes) * sizeof(float));
    for (std::int64_t c = 0; c < r.channels; c += V::lanes) {
      const typename V::Reals estimate = byte_response_estimate<Target>(r, pixel, c);
      const typename V::Whole least = byte_nearest<Target>(estimate - r.doubt);
      const typename V::Whole greatest = byte_nearest<Target>(estimate + r.doubt);
      const std::int64_t left = r.channels - c;
      V::store_bytes(r.output + i * r.channels + c, least, r.zero, r.low, r.high, left);
      if (V::is_any(least ^ greatest)) [[unlikely]] {
        byte_response_correct<Target>(r, i, c, least, greatest);
      }
    }
  }
}

/// What the plain executor's Quantize computes, to the bit: what is not a number becomes 0.
template <class Target>
void byte_quantise(const ByteQuantise& q) {
  using V = ByteReals<Target>;
  for (std::int64_t i = 0; i < q.count; i += V::lanes) {
    const std::int64_t left = q.count - i;
    float rest[V::lanes] = {};
    if (left < V::lanes) {
      std::memcpy(rest, q.numbers + i, static_cast<std::size_t>(left) * sizeof(float));
    }
    const typename V::Reals ratio = V::load(left < V::lanes ? rest : q.numbers + i) / q.scale;
    const typename V::Whole number = byte_nearest<Target>(ratio) + q.zero;
    const auto is_number = ratio == ratio;  // NOLINT(misc-redundant-expression): what is no number differs from itself
    const auto whole = __builtin_bit_cast(typename Target::Vector, is_number ? number : typename V::Whole{});
    Target::store_bytes(q.bytes + i, Target::bounded(whole, q.low, q.high), left);
  }
}

}  // namespace pj
