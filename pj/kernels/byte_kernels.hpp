#pragma once

#include <cstdint>

namespace pj {

// The innermost loops of whole-number layers, from bytes to bytes, compiled once for each instruction set (see
// vector_kernels.hpp). Maps lie as N × H × W × C. A byte stands for itself, or for itself - 128 where numbers are
// signed.

/// What becomes of the sums of output channels (requantize.hpp): in groups of `byte_column` channels, filled up.
struct ByteResult {
  const std::int32_t* bias;
  const float* estimates;  ///< the factors as floats; decides nothing where it might be wrong
  const std::int32_t* multipliers;
  const std::int32_t* shifts;
  const std::int32_t* offsets;  ///< times the sum of the window's inputs is subtracted; null: nothing is
  std::int32_t zero, low, high;
};

/// output[i, m] = result(Σ over taps and words of dot(four inputs, four weights)), for neighbouring output channels.
struct ByteProduct {
  const std::uint8_t* map;
  const std::int32_t* places;  ///< of the first input of each output, in bytes
  std::int64_t count;          ///< outputs
  const std::int32_t* taps;    ///< where each run of inputs lies, in bytes from there
  std::int64_t tap_count;
  std::int64_t run;                 ///< bytes of a run,
  std::int64_t words;               ///< read in fours; the last may reach beyond it
  const std::int8_t* weights;       ///< columns × taps × words × 16 × 4, from -128 to 127, 0 for what is beyond
  std::int64_t columns;             ///< of 16 output channels,
  std::int64_t column_bytes;        ///< from one to the next
  const std::int32_t* window_sums;  ///< of each output's inputs, where the result has offsets
  ByteResult result;
  std::uint8_t* output;
  std::int64_t pitch;     ///< bytes from one output to the next
  std::int64_t channels;  ///< that are written
};

/// Each channel with a filter of its own. Weights are taken four taps at a time; blocks of channels lie in the order of
/// `ByteKernels::depthwise_place`.
struct ByteDepthwise {
  const std::uint8_t* map;
  std::int64_t pixel, row;         ///< bytes from one output's inputs to the next one's, and to those of the next row
  const std::int32_t* taps;        ///< four a quad, in bytes; those that fill the last quad have weights of 0
  const std::uint32_t* tap_words;  ///< of each quad: 1 in each byte of a tap, 0 in those that only fill it
  std::int64_t quads;
  const std::int8_t* weights;  ///< blocks × quads × channels of a block × 4
  ByteResult result;
  std::uint8_t* output;
  std::int64_t channels;   ///< from one output to the next
  std::int64_t rows;       ///< of outputs, which lie without gaps
  std::int64_t row_bytes;  ///< of such a row
};

/// result = a · multiplier_a + b · multiplier_b, shifted, for centred operands.
struct ByteSum {
  const std::uint8_t* a;
  const std::uint8_t* b;
  std::uint8_t* output;
  std::int64_t count;
  std::int32_t multiplier_a, multiplier_b;
  std::int32_t constant;  ///< -(zero_a · multiplier_a + zero_b · multiplier_b); sums wrap around 32 bits on the way
  std::int32_t shift, zero, low, high;
};

/// The largest of each window, whose places all lie in the map.
struct ByteMaximum {
  const std::uint8_t* map;
  const std::int32_t* places;  ///< of the first input of each output
  std::int64_t count;
  const std::int32_t* taps;
  std::int64_t tap_count;
  std::uint8_t* output;
  std::int64_t channels;
};

/// Response normalisation: (x - input_zero) · factor · (bias + share · Σ of `size` squares, from `before` channels
/// before on)^-power. An estimate is off by less than `doubt`; what might be rounded otherwise is asked for.
struct ByteResponseRun {
  const std::uint8_t* map;
  std::uint8_t* output;
  float* squares;  ///< room for those of a position, with what a window and a vector reach beyond
  std::int64_t positions, channels, before, size;
  float input_zero, share, bias, power, factor, doubt;
  std::int32_t zero, low, high;
  const void* layer;
  std::int32_t (*exact)(const void* layer, const std::uint8_t* pixel, std::int64_t channel);
};

/// Real numbers as whole ones of 8 bits: number / scale, rounded, plus zero, bounded.
struct ByteQuantise {
  const float* numbers;
  std::uint8_t* bytes;  ///< the lowest 8 bits
  std::int64_t count;
  float scale;
  std::int32_t zero, low, high;
};

/// One tile of a map of F(4×4,3×3) becomes 36 numbers of 16 bits a channel (docs/kernels.md).
struct ByteWinogradInput {
  const std::uint8_t* corner;
  std::int64_t row, pixel;  ///< bytes from a row to the next, and from a pixel
  std::int64_t channels;    ///< up to whole groups of `winograd_channels` are read and written
  std::int16_t* words;
  std::int64_t position;  ///< numbers from one of the 36 to the next
};

/// sums[i, m] = Σ over pairs of inputs[i] · weights[m], modulo 2³².
struct PairProduct {
  const std::int16_t* inputs;
  std::int64_t input_pitch, rows;  ///< numbers from a row to the next; rows
  std::int64_t pairs;
  const std::int16_t* weights;  ///< panels of `ByteKernels::panel` columns, each pairs × columns × 16 × 2
  std::int64_t columns;         ///< of 16 output channels; all panels but the last are whole
  std::int32_t* sums;
  std::int64_t pitch;         ///< numbers from a row of sums to the next
  const std::int16_t* ahead;  ///< a panel that is read next, or null
};

/// The sums of a tile's 36 products become 4×4 outputs of bytes.
struct ByteWinogradOutput {
  const std::int32_t* sums;
  std::int64_t position;  ///< numbers from one of the 36 to the next
  std::int64_t columns;   ///< of 16 output channels,
  std::int64_t channels;  ///< of which so many are written
  ByteResult result;      ///< without offsets
  std::uint8_t* output;
  std::int64_t row, pixel;       ///< bytes from one row of outputs to the next, and from one output
  std::int64_t rows, row_count;  ///< of the 4×4 those inside the map: rows, and in a row
};

/// The outputs of whole matrices are 900 times the sums, modulo 2³²: 225 has an inverse there, 4 is shifted away.
constexpr std::uint32_t byte_winograd_inverse = 2271560481U;
constexpr int byte_winograd_shift = 2;
static_assert(byte_winograd_inverse * 225U == 1U);

/// Output channels of a column.
constexpr std::int64_t byte_column = 16;
/// Bytes behind a map that loops may read.
constexpr std::int64_t byte_slack = 128;
/// Channels that `winograd_input` takes at a time at most.
constexpr std::int64_t winograd_channels = 32;

/// The loops for one instruction set.
struct ByteKernels {
  const char* name;
  void (*product)(const ByteProduct&);
  void (*window_sums)(const ByteProduct&, std::int32_t* sums);  ///< of each output's inputs
  void (*depthwise)(const ByteDepthwise&);
  std::int64_t depthwise_block;                           ///< channels
  std::int64_t (*depthwise_place)(std::int64_t channel);  ///< where a channel of a block stands
  void (*sum)(const ByteSum&);
  void (*maximum)(const ByteMaximum&);
  void (*response)(const ByteResponseRun&);
  void (*quantise)(const ByteQuantise&);
  void (*winograd_input)(const ByteWinogradInput&);
  void (*pair_product)(const PairProduct&);
  void (*winograd_output)(const ByteWinogradOutput&);
  std::int64_t panel;  ///< columns whose weights lie beside each other
  double pair_rate;    ///< products of 16 bits in the time of one of bytes
};

/// The loops that this file was compiled for, or null where the compiler does not know the instruction set.
const ByteKernels* vnni_byte_kernels();
const ByteKernels* avx2_byte_kernels();
const ByteKernels* portable_byte_kernels();

/// The exact result of one sum: what the loops ask where an estimate lies near a half.
std::int32_t exact_scaled(std::int32_t sum, std::int32_t multiplier, std::int32_t shift);

}  // namespace pj
