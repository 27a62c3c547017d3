#pragma once

#include <cstring>

#include "pj/kernels/byte_kernels.hpp"

namespace pj {

// The loops of byte_kernels.hpp. A `Target` has
//   lanes               32-bit lanes of a vector
//   rows(columns)       outputs of a product that are kept in registers with so many columns of 16 channels
//   columns             at most
//   Vector, Reals       signed lanes, floats
//   dot                 the sum with four inputs (one word for all lanes, or one a lane) times four weights a lane
//   and what is named like the instructions.

/// Lanes whose estimate is within this of a half are computed again in whole numbers. Where |result| < 257, and nothing
/// larger stays inside a byte, an estimate is off by less than 257 · 3.01 · 2^-24: one rounding each of the sum, the
/// factor and their product.
constexpr float surely_rounded = 0.49995F;

/// The byte that a sum becomes, in 32-bit lanes, and which of the lanes may be wrong.
template <class Target>
struct ByteEstimate {
  typename Target::Vector bytes;
  unsigned unsure;
};

template <class Target>
ByteEstimate<Target> byte_estimate(typename Target::Vector sums, const ByteResult& to, std::int64_t first) {
  const auto estimate = Target::times(Target::reals(sums), Target::load_reals(to.estimates + first));
  const auto rounded = Target::rounded(estimate);
  return {Target::bounded(Target::plus(rounded, Target::all(to.zero)), to.low, to.high),
          Target::beyond(Target::minus(estimate, Target::reals(rounded)), surely_rounded)};
}

/// The same, surely right.
template <class Target>
[[gnu::noinline, gnu::cold]] void byte_exact(const std::int32_t* sums, const ByteResult& to, std::int64_t first,
                                             std::int32_t* bytes) {
  const auto [estimates, unsure] = byte_estimate<Target>(Target::load(sums), to, first);
  Target::store(bytes, estimates);
  for (int lane = 0; lane < Target::lanes; ++lane) {
    if ((unsure >> lane & 1U) != 0) {
      const std::int32_t number =
          exact_scaled(sums[lane], to.multipliers[first + lane], to.shifts[first + lane]) + to.zero;
      bytes[lane] = number < to.low ? to.low : number > to.high ? to.high : number;
    }
  }
}

/// The sums of a tile, outputs × channels of its columns, as bytes; returns whether one may be wrong.
template <class Target>
bool byte_finish(const ByteProduct& p, const std::int32_t* sums, std::int64_t first, int rows, std::int64_t channel,
                 std::int64_t channels) {
  unsigned unsure = 0;
  for (std::int64_t c = 0; c < channels; c += Target::lanes) {
    std::uint8_t* output = p.output + first * p.pitch + channel + c;
    for (int i = 0; i < rows; ++i, output += p.pitch) {
      const auto [bytes, lanes] = byte_estimate<Target>(Target::load(sums + i * channels + c), p.result, channel + c);
      unsure |= lanes;
      Target::store_bytes(output, bytes, p.channels - channel - c);
    }
  }
  return unsure != 0;
}

/// The same, surely right.
template <class Target>
[[gnu::noinline, gnu::cold]] void byte_finish_exactly(const ByteProduct& p, const std::int32_t* sums,
                                                      std::int64_t first, int rows, std::int64_t channel,
                                                      std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; c += Target::lanes) {
    for (int i = 0; i < rows; ++i) {
      std::int32_t bytes[Target::lanes];
      byte_exact<Target>(sums + i * channels + c, p.result, channel + c, bytes);
      Target::store_bytes(p.output + (first + i) * p.pitch + channel + c, Target::load(bytes),
                          p.channels - channel - c);
    }
  }
}

/// Takes the window's sums times the offsets of the weights from the sums.
template <class Target>
void byte_take_offsets(const ByteProduct& p, std::int32_t* sums, std::int64_t first, int rows, std::int64_t channel,
                       std::int64_t channels) {
  for (int i = 0; i < rows; ++i) {
    const auto window = Target::all(p.window_sums[first + i]);
    for (std::int64_t c = 0; c < channels; c += Target::lanes) {
      const auto offset = Target::product(window, Target::load(p.result.offsets + channel + c));
      std::int32_t* const sum = sums + i * channels + c;
      Target::store(sum, Target::minus(Target::load(sum), offset));
    }
  }
}

/// The sums of some outputs of some columns of channels.
template <class Target, int Rows, int Columns>
void byte_tile(const ByteProduct& p, std::int64_t first, std::int64_t column) {
  using Vector = typename Target::Vector;
  constexpr int lanes = Target::lanes;
  constexpr int per_column = static_cast<int>(byte_column) / lanes;
  constexpr int vectors = Columns * per_column;
  const std::int64_t column_bytes = p.tap_count * p.words * byte_column * 4;
  const std::uint8_t* inputs[Rows];
  Vector sums[Rows][vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
    inputs[i] = p.map + p.places[first + i];
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      sums[i][j] = Target::load(p.result.bias + column * byte_column + j * lanes);
    }
  }
  const std::int8_t* weights = p.weights + column * column_bytes;
  for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
    const std::int64_t begin = p.taps[tap];
    for (std::int64_t k = begin; k < begin + 4 * p.words; k += 4, weights += 4 * byte_column) {
      Vector w[vectors];
#pragma GCC unroll 16
      for (int j = 0; j < vectors; ++j) {
        w[j] = Target::load_bytes(weights + j / per_column * column_bytes + j % per_column * 4 * lanes);
      }
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        const Vector x = Target::all_word(inputs[i] + k);
#pragma GCC unroll 16
        for (int j = 0; j < vectors; ++j) {
          sums[i][j] = Target::dot(sums[i][j], x, w[j]);
        }
      }
    }
  }
  alignas(64) std::int32_t stored[Rows * vectors * lanes];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      Target::store(stored + (i * vectors + j) * lanes, sums[i][j]);
    }
  }
  constexpr std::int64_t channels = vectors * lanes;
  const std::int64_t channel = column * byte_column;
  if (p.result.offsets != nullptr) {
    byte_take_offsets<Target>(p, stored, first, Rows, channel, channels);
  }
  if (byte_finish<Target>(p, stored, first, Rows, channel, channels)) [[unlikely]] {
    byte_finish_exactly<Target>(p, stored, first, Rows, channel, channels);
  }
}

template <class Target, int Columns, int Rows = Target::rows(Columns)>
void byte_rows(const ByteProduct& p, std::int64_t first, std::int64_t rows, std::int64_t column) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      byte_tile<Target, Rows, Columns>(p, first, column);
    } else {
      byte_rows<Target, Columns, Rows - 1>(p, first, rows, column);
    }
  }
}

/// All outputs of some columns, in groups as even as they come.
template <class Target, int Columns>
void byte_columns(const ByteProduct& p, std::int64_t columns, std::int64_t column) {
  if constexpr (Columns > 0) {
    if (columns != Columns) {
      byte_columns<Target, Columns - 1>(p, columns, column);
      return;
    }
    constexpr std::int64_t most = Target::rows(Columns);
    const std::int64_t groups = (p.count + most - 1) / most;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t first = p.count * group / groups;
      byte_rows<Target, Columns>(p, first, p.count * (group + 1) / groups - first, column);
    }
  }
}

template <class Target>
void byte_product(const ByteProduct& p) {
  const std::int64_t groups = (p.columns + Target::columns - 1) / Target::columns;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t column = p.columns * group / groups;
    byte_columns<Target, Target::columns>(p, p.columns * (group + 1) / groups - column, column);
  }
}

/// Σ of the bytes of a run: a product with ones.
template <class Target>
void byte_window_sums(const ByteProduct& p, std::int32_t* sums) {
  using Vector = typename Target::Vector;
  const Vector ones = Target::all(0x01010101);
  for (std::int64_t i = 0; i < p.count; ++i) {
    Vector sum = Target::all(0);
    for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
      const std::uint8_t* const run = p.map + p.places[i] + p.taps[tap];
      std::int64_t k = 0;
      for (; k + Target::byte_lanes <= p.run; k += Target::byte_lanes) {
        sum = Target::dot(sum, Target::load_wide(run + k), ones);
      }
      if (k < p.run) {
        std::uint8_t rest[Target::byte_lanes] = {};
        std::memcpy(rest, run + k, static_cast<std::size_t>(p.run - k));
        sum = Target::dot(sum, Target::load_wide(rest), ones);
      }
    }
    std::int32_t lanes[Target::lanes];
    Target::store(lanes, sum);
    sums[i] = 0;
    for (const std::int32_t lane : lanes) {
      sums[i] += lane;
    }
  }
}

template <class Target>
[[gnu::noinline, gnu::cold]] void byte_quad_exactly(const ByteDepthwise& p, const typename Target::Vector* sums,
                                                    typename Target::Vector* bytes, std::int64_t channel) {
  for (int j = 0; j < 4; ++j) {
    std::int32_t numbers[Target::lanes], results[Target::lanes];
    Target::store(numbers, sums[j]);
    byte_exact<Target>(numbers, p.result, channel + j * Target::lanes, results);
    bytes[j] = Target::load(results);
  }
}

/// One output of a block of channels: `Quads` quads of taps, or p.quads where that is 0.
template <class Target, int Quads, bool HasOffsets>
void byte_depthwise_output(const ByteDepthwise& p, const std::uint8_t* input, std::uint8_t* output,
                           std::int64_t channel) {
  using Vector = typename Target::Vector;
  const std::int64_t quads = Quads > 0 ? Quads : p.quads;
  const std::int8_t* weights = p.weights + channel * quads * 4;
  Vector sums[4], windows[4];
  for (int j = 0; j < 4; ++j) {
    sums[j] = Target::load(p.result.bias + channel + j * Target::lanes);
    windows[j] = Target::all(0);
  }
#pragma GCC unroll 4
  for (std::int64_t quad = 0; quad < quads; ++quad) {
    const std::int32_t* const taps = p.taps + 4 * quad;
    Vector words[4];
    Target::interleave(input + taps[0], input + taps[1], input + taps[2], input + taps[3], words);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      sums[j] = Target::dot(sums[j], words[j], Target::load_bytes(weights + (4 * quad + j) * 4 * Target::lanes));
      if constexpr (HasOffsets) {
        windows[j] = Target::dot(windows[j], words[j], Target::all(static_cast<std::int32_t>(p.tap_words[quad])));
      }
    }
  }
  Vector bytes[4];
  unsigned unsure = 0;
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const std::int64_t place = channel + j * Target::lanes;
    if constexpr (HasOffsets) {
      sums[j] = Target::minus(sums[j], Target::product(windows[j], Target::load(p.result.offsets + place)));
    }
    const auto [estimates, lanes] = byte_estimate<Target>(sums[j], p.result, place);
    bytes[j] = estimates;
    unsure |= lanes;
  }
  if (unsure != 0) [[unlikely]] {
    byte_quad_exactly<Target>(p, sums, bytes, channel);
  }
  Target::store_quad(output, bytes, p.channels - channel);
}

template <class Target, int Quads, bool HasOffsets>
void byte_depthwise_rows(const ByteDepthwise& p) {
  constexpr std::int64_t block = 4 * Target::lanes;
  for (std::int64_t row = 0; row < p.rows; ++row) {
    for (std::int64_t channel = 0; channel < p.channels; channel += block) {
      const std::uint8_t* input = p.map + row * p.row + channel;
      std::uint8_t* output = p.output + row * p.columns * p.channels + channel;
      for (std::int64_t q = 0; q < p.columns; ++q, input += p.pixel, output += p.channels) {
        byte_depthwise_output<Target, Quads, HasOffsets>(p, input, output, channel);
      }
    }
  }
}

template <class Target>
void byte_depthwise(const ByteDepthwise& p) {
  const bool has_offsets = p.result.offsets != nullptr;
  if (p.quads == 3) {  // 3×3
    has_offsets ? byte_depthwise_rows<Target, 3, true>(p) : byte_depthwise_rows<Target, 3, false>(p);
  } else {
    has_offsets ? byte_depthwise_rows<Target, 0, true>(p) : byte_depthwise_rows<Target, 0, false>(p);
  }
}

/// Vectors of bytes are widened to lanes; the order of channels stays.
template <class Target>
void byte_sum(const ByteSum& s) {
  for (std::int64_t i = 0; i < s.count; i += Target::lanes) {
    const std::int64_t left = s.count - i;
    const auto a = Target::product(Target::load_unsigned(s.a + i, left), Target::all(s.multiplier_a));
    const auto b = Target::product(Target::load_unsigned(s.b + i, left), Target::all(s.multiplier_b));
    const auto sum = Target::plus(Target::plus(a, b), Target::all(s.constant));
    const auto shifted = Target::plus(Target::shifted(sum, s.shift), Target::all(s.zero));
    Target::store_bytes(s.output + i, Target::bounded(shifted, s.low, s.high), left);
  }
}

template <class Target>
void byte_maximum(const ByteMaximum& m) {
  for (std::int64_t i = 0; i < m.count; ++i) {
    const std::uint8_t* const input = m.map + m.places[i];
    for (std::int64_t c = 0; c < m.channels; c += Target::byte_lanes) {
      auto largest = Target::load_wide(input + m.taps[0] + c);
      for (std::int64_t tap = 1; tap < m.tap_count; ++tap) {
        largest = Target::larger(largest, Target::load_wide(input + m.taps[tap] + c));
      }
      Target::store_wide(m.output + i * m.channels + c, largest, m.channels - c);
    }
  }
}

/// The first of the words that `interleave` makes of 16 neighbouring channels are those of 4 of them.
template <class Target>
std::int64_t byte_place(std::int64_t channel) {
  return channel % 16 / 4 * Target::lanes + channel / 16 * 4 + channel % 4;
}

template <class Target>
const ByteKernels* byte_kernels_for(const char* name) {
  static const ByteKernels kernels{name,
                                   byte_product<Target>,
                                   byte_window_sums<Target>,
                                   byte_depthwise<Target>,
                                   4 * Target::lanes,
                                   byte_place<Target>,
                                   byte_sum<Target>,
                                   byte_maximum<Target>};
  return &kernels;
}

}  // namespace pj
