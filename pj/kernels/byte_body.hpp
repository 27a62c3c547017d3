#pragma once

#include <cstring>

#include "pj/kernels/byte_kernels.hpp"
#include "pj/kernels/byte_reals.hpp"
#include "pj/kernels/byte_winograd_body.hpp"

namespace pj {

// The loops of byte_kernels.hpp. A `Target` has
//   lanes          32-bit lanes of a vector
//   columns        of 16 channels that are computed together at most, and
//   rows(columns)  outputs whose sums are kept in registers with so many
//   Vector, Reals  signed lanes, floats
//   dot            the sum with four inputs (one word for all lanes, or one a lane) times four weights a lane
//   store_columns, store_quad  vectors of numbers as neighbouring bytes: zero added, bounded
//   and what is named like the instructions.

/// The sums of some outputs of some columns of channels.
template <class Target, int Rows, int Columns>
struct ByteTile {
  using Vector = typename Target::Vector;
  static constexpr int per_column = static_cast<int>(byte_column) / Target::lanes;
  static constexpr int vectors = Columns * per_column;

  Vector sums[Rows][vectors];

  [[gnu::always_inline]] void add(const ByteProduct& p, std::int64_t first, std::int64_t column) {
    const std::int64_t column_bytes = p.column_bytes;
    const std::uint8_t* inputs[Rows];
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      inputs[i] = p.map + p.places[first + i];
#pragma GCC unroll 16
      for (int j = 0; j < vectors; ++j) {
        sums[i][j] = Target::load(p.result.bias + column * byte_column + j * Target::lanes);
      }
    }
    const std::int8_t* weights = p.weights + column * column_bytes;
    for (std::int64_t tap = 0; tap < p.tap_count; ++tap) {
      const std::int64_t begin = p.taps[tap];
      for (std::int64_t k = begin; k < begin + 4 * p.words; k += 4, weights += 4 * byte_column) {
        Vector w[vectors];
#pragma GCC unroll 16
        for (int j = 0; j < vectors; ++j) {
          w[j] = Target::load_bytes(weights + j / per_column * column_bytes + j % per_column * 4 * Target::lanes);
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
  }

  /// Takes the window's sums times the offsets of the weights away.
  [[gnu::always_inline]] void take_offsets(const ByteProduct& p, std::int64_t first, std::int64_t channel) {
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const Vector window = Target::all(p.window_sums[first + i]);
#pragma GCC unroll 16
      for (int j = 0; j < vectors; ++j) {
        const Vector offsets = Target::load(p.result.offsets + channel + j * Target::lanes);
        sums[i][j] = Target::minus(sums[i][j], Target::product(window, offsets));
      }
    }
  }

  [[gnu::always_inline]] void finish(const ByteProduct& p, std::int64_t first, std::int64_t channel) {
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      Vector numbers[vectors];
      byte_scaled<Target, vectors>(sums[i], p.result, channel, numbers);
      Target::template store_columns<Columns>(p.output + (first + i) * p.pitch + channel, numbers, p.result,
                                              p.channels - channel);
    }
  }
};

template <class Target, int Rows, int Columns>
void byte_tile(const ByteProduct& p, std::int64_t first, std::int64_t column) {
  ByteTile<Target, Rows, Columns> tile;
  tile.add(p, first, column);
  if (p.result.offsets != nullptr) {
    tile.take_offsets(p, first, column * byte_column);
  }
  tile.finish(p, first, column * byte_column);
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

/// One output of a block of channels: `Quads` quads of taps, or p.quads where that is 0.
template <class Target, int Quads, bool HasOffsets>
[[gnu::always_inline]] inline void byte_depthwise_output(const ByteDepthwise& p, const std::uint8_t* input,
                                                         std::uint8_t* output, std::int64_t channel,
                                                         std::int64_t left) {
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
  if constexpr (HasOffsets) {
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const Vector offsets = Target::load(p.result.offsets + channel + j * Target::lanes);
      sums[j] = Target::minus(sums[j], Target::product(windows[j], offsets));
    }
  }
  Vector numbers[4];
  byte_scaled<Target, 4>(sums, p.result, channel, numbers);
  Target::store_quad(output, numbers, p.result, left);
}

template <class Target, int Quads, bool HasOffsets>
void byte_depthwise_rows(const ByteDepthwise& p) {
  constexpr std::int64_t block = 4 * Target::lanes;
  for (std::int64_t row = 0; row < p.rows; ++row) {
    for (std::int64_t channel = 0; channel < p.channels; channel += block) {
      const std::uint8_t* input = p.map + row * p.row + channel;
      std::uint8_t* output = p.output + row * p.row_bytes + channel;
      std::int64_t left = p.row_bytes - channel;  // in this row of outputs
      for (; left > 0; input += p.pixel, output += p.channels, left -= p.channels) {
        const std::int64_t written = left < p.channels - channel ? left : p.channels - channel;
        byte_depthwise_output<Target, Quads, HasOffsets>(p, input, output, channel, written);
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
                                   byte_maximum<Target>,
                                   byte_response<Target>,
                                   byte_quantise<Target>,
                                   byte_winograd_input<Target>,
                                   pair_product<Target>,
                                   byte_winograd_output<Target>,
                                   Target::columns,
                                   Target::pair_rate};
  return &kernels;
}

}  // namespace pj
