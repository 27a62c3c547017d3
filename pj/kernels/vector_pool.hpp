#pragma once

#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/vectors.hpp"

namespace pj {

/// The smallest and largest index of a window that lies inside the map.
[[gnu::always_inline]] static inline std::int64_t first_inside(std::int64_t at) {
  return at < 0 ? 0 : at;
}
[[gnu::always_inline]] static inline std::int64_t last_inside(std::int64_t at, std::int64_t size) {
  return at > size ? size : at;
}

template <class Target>
void pool_block(const PoolBlock& p) {
  using V = Vectors<Target>;
  for (std::int64_t y = 0; y < p.P; ++y) {
    const std::int64_t top = first_inside(y * p.stride_h - p.pad_top);
    const std::int64_t bottom = last_inside(y * p.stride_h - p.pad_top + p.R, p.H);
    for (std::int64_t x = 0; x < p.Q; ++x) {
      const std::int64_t left = first_inside(x * p.stride_w - p.pad_left);
      const std::int64_t right = last_inside(x * p.stride_w - p.pad_left + p.S, p.W);
      for (int lane = 0; lane < 16; lane += V::lanes) {
        const float* const corner = p.input + lane;
        typename V::Vector found = p.is_max ? V::load(corner + (top * p.W + left) * 16) : typename V::Vector{};
        for (std::int64_t i = top; i < bottom; ++i) {
          for (std::int64_t j = left; j < right; ++j) {
            const typename V::Vector next = V::load(corner + (i * p.W + j) * 16);
            found = p.is_max ? (next > found ? next : found) : found + next;
          }
        }
        V::store(p.output + (y * p.Q + x) * 16 + lane, p.is_max ? found : found * p.factors[y * p.Q + x]);
      }
    }
  }
}

/// 1/√x of positive normal numbers: a guess from the exponent, and three steps of Newton's iteration, which square its
/// relative error of at most 3.5 % each time (3/2 of it, exactly).
template <class Target, class Vector>
[[gnu::always_inline]] inline Vector inverse_root(Vector x) {
  using Bits [[gnu::vector_size(4 * Vectors<Target>::lanes)]] = std::int32_t;
  constexpr std::int32_t magic = 0x5f3759df;
  Vector y = __builtin_bit_cast(Vector, magic - (__builtin_bit_cast(Bits, x) >> 1));
  const Vector half = 0.5F * x;
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  return y * (1.5F - half * y * y);
}

/// x^-power for the powers 1/2, 3/4 and 1; nothing else is asked for.
template <class Target, class Vector>
[[gnu::always_inline]] inline Vector inverse_power(Vector x, float power) {
  const Vector root = inverse_root<Target>(x);
  return power == 0.75F ? root * (root * inverse_root<Target>(root)) : power == 0.5F ? root : 1.0F / x;
}

/// Position by position: the squares of all channels beside each other, zeros around them, so that a window is a sum of
/// displaced vectors.
template <class Target>
void response_block(const ResponseBlock& r) {
  using V = Vectors<Target>;
  const std::int64_t before = (r.size - 1) / 2;
  for (int i = 0; i < 16; i += V::lanes) {
    V::store(r.squares + i, typename V::Vector{});
    V::store(r.squares + (r.blocks + 1) * 16 + i, typename V::Vector{});
  }
  for (std::int64_t at = 0; at < r.positions * 16; at += 16) {
    for (std::int64_t c = 0; c < r.blocks * 16; c += V::lanes) {
      const typename V::Vector x = V::load(r.input + c / 16 * r.plane + at + c % 16);
      V::store(r.squares + 16 + c, x * x);
    }
    for (std::int64_t c = r.channels; c < r.blocks * 16; ++c) {
      r.squares[16 + c] = 0.0F;  // what fills a block may be any number
    }
    for (std::int64_t c = 0; c < r.blocks * 16; c += V::lanes) {
      typename V::Vector sum = {};
      for (std::int64_t i = 0; i < r.size; ++i) {
        sum += V::load(r.squares + 16 + c - before + i);
      }
      const std::int64_t place = c / 16 * r.plane + at + c % 16;
      V::store(r.output + place, V::load(r.input + place) * inverse_power<Target>(r.bias + r.scale * sum, r.power));
    }
  }
}

}  // namespace pj
