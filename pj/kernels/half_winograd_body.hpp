#pragma once

#include <limits>

#include "pj/kernels/half_end.hpp"
#include "pj/kernels/vector_winograd.hpp"
#include "pj/kernels/winograd_columns.hpp"

namespace pj {

// The loops of F(4×4,3×3) of bfloat16 in whole numbers of 16 bits (half_winograd.hpp). Tiles are transformed in float32
// by the B of `conv_cook_toom`.

/// y = A x with the columns of 0 and ±3/2 times 2 and 1/4, by which the filters' rows are divided.
template <class Vector>
[[gnu::always_inline]] inline void half_output_line(const Vector* x, Vector* y) {
  const Vector sum = x[1] + x[2], difference = x[1] - x[2];
  const Vector far_sum = x[3] + x[4], far_difference = x[3] - x[4];
  y[0] = 2.0F * x[0] + sum + 0.25F * far_sum;
  y[1] = 0.5F * difference + 0.375F * far_difference;
  y[2] = 0.25F * sum + 0.5625F * far_sum;
  y[3] = 0.125F * difference + 0.84375F * far_difference + x[5];
}

/// One block of channels, in floats; `largest` has the bits of the largest magnitudes so far.
template <class Target>
[[gnu::always_inline]] inline void half_transform(const HalfWinogradInput& t, std::int64_t block,
                                                  typename Target::Pairs& largest) {
  using Floats = typename Target::Floats;
  using Pairs = typename Target::Pairs;
  constexpr int n = 6;
  constexpr std::int64_t lanes = 16;
  const std::uint16_t* const corner = t.corner + block * t.block;
  float* const scratch = t.scratch + block * n * n * lanes;
  Floats half[n][n];
  transform_columns(
      half, [&](int i, int j) { return Target::load_halves(corner + i * t.row + j * lanes); },
      [](const Floats* x, Floats* y) { input_line<4, 3>(x, y); });
#pragma GCC unroll 8
  for (int i = 0; i < n; ++i) {
    Floats line[n];
    input_line<4, 3>(half[i], line);
#pragma GCC unroll 8
    for (int j = 0; j < n; ++j) {
      const Pairs magnitude = __builtin_bit_cast(Pairs, line[j]) & 0x7fffffffU;
      largest = magnitude > largest ? magnitude : largest;
      Target::store_floats(scratch + (i * n + j) * lanes, line[j]);
    }
  }
}

template <class Target>
float half_winograd_input(const HalfWinogradInput& t) {
  using Floats = typename Target::Floats;
  using Pairs = typename Target::Pairs;
  constexpr int positions = 36;
  constexpr float least = 0x1.0p-100F;  // so that no factor is infinite
  Pairs bits = {};
  for (std::int64_t block = 0; block < t.blocks; ++block) {
    half_transform<Target>(t, block, bits);
  }
  std::uint32_t largest_bits = 0;
  for (int i = 0; i < 16; ++i) {
    largest_bits = bits[i] > largest_bits ? bits[i] : largest_bits;
  }
  const float found = __builtin_bit_cast(float, largest_bits);
  const bool is_finite = found <= std::numeric_limits<float>::max();
  const float largest = is_finite && found > least ? found : least;
  const float factor = is_finite ? t.largest / largest : 0.0F;
  for (std::int64_t block = 0; block < t.blocks; ++block) {
    for (int i = 0; i < positions; ++i) {
      const Floats x = Target::load_floats(t.scratch + (block * positions + i) * 16) * factor;
      Target::store_words(t.words + i * t.position + block * 16, x);
    }
  }
  return is_finite ? largest / t.largest : std::numeric_limits<float>::quiet_NaN();
}

template <class Target>
void half_winograd_output(const HalfWinogradOutput& t) {
  using Floats = typename Target::Floats;
  constexpr int n = 6, m = 4;
  for (std::int64_t block = 0; block < t.blocks; ++block) {
    Floats half[m][n];
    transform_columns(
        half,
        [&](int i, int j) {
          typename Target::Whole sums;
          std::memcpy(&sums, t.sums + (i * n + j) * t.position + block * 16, sizeof(sums));
          return __builtin_convertvector(sums, Floats);
        },
        [](const Floats* x, Floats* y) { half_output_line(x, y); });
    const Floats steps = Target::load_floats(t.steps + block * 16) * t.step;
    const Floats bias = Target::load_floats(t.end.bias + block * 16);
    for (std::int64_t i = 0; i < t.rows; ++i) {
      Floats line[m];
      half_output_line(half[i], line);
      for (std::int64_t j = 0; j < t.row_count; ++j) {
        const std::int64_t at = block * t.block + i * t.row + j * 16;
        Target::store_halves(t.output + at, half_finished<Target>(t.end, at, 16, line[j] * steps + bias));
      }
    }
  }
}

}  // namespace pj
