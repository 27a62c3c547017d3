#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "pj/network/format.hpp"

namespace pj {

using Sizes = std::vector<std::int64_t>;

/// What a node of the network computes. A layer holds only its attributes: its operands (inputs, weights,
/// biases) are values of the network. Images are N × C × spatial; the spatial vectors have one entry an
/// axis (one for 1-D, two for 2-D); `NetworkBuilder` fills empty ones: stride and dilation 1, padding 0.

/// O[n,m,p,q] = Σ I[n,c,U·p+r,V·q+s] · W[m,c,r,s] + B[m]. Operands: I, W, optional B.
/// Transposed: W is [c,m,r,s] and the output is scattered (the adjoint of the convolution).
struct Convolution {
  Sizes stride, dilation, pad_begin, pad_end;
  std::int64_t groups = 1;
  bool transposed = false;
  Sizes output_padding;  ///< transposed only: rows added to the end of each output axis
  /// For each output channel the input channels that it sees (LeNet-5's C3); empty: all of its group.
  std::vector<std::vector<std::int64_t>> connections;

  bool operator==(const Convolution&) const = default;
};

/// O[n,m] = Σ I[n,k] · W[m,k] + B[m], where k runs over all axes of I but the first. Operands: I, W, optional B.
struct FullyConnected {
  bool operator==(const FullyConnected&) const = default;
};

/// α · op(A) · op(B) + β · C over the last two axes, the leading ones broadcast. Operands: A, B, optional C.
struct MatMul {
  bool transpose_a = false;
  bool transpose_b = false;
  float alpha = 1.0F;
  float beta = 1.0F;

  bool operator==(const MatMul&) const = default;
};

/// A window slides over the spatial axes. An empty kernel means the whole map (global pooling).
struct Pooling {
  enum class Kind { Max, Average, Lp };

  Kind kind = Kind::Max;
  Sizes kernel, stride, dilation, pad_begin, pad_end;
  bool ceil_mode = false;      ///< the last window may start inside the map and end outside
  bool count_padding = false;  ///< Average: padded zeros count in the divisor
  std::int64_t p = 2;          ///< Lp: the norm's order
  bool with_indices = false;   ///< Max: a second output says where each maximum lies,
  bool column_major = false;   ///< counted down the columns first

  bool operator==(const Pooling&) const = default;
};

/// One function applied to every element. `alpha` and `beta` are the function's parameters where it has
/// any (leaky slope, ELU's scale, the bounds of Clip, …).
struct Activation {
  enum class Kind {
    Identity,
    Relu,
    LeakyRelu,
    PRelu,
    Elu,
    Selu,
    Celu,
    ThresholdedRelu,
    Sigmoid,
    HardSigmoid,
    Tanh,
    HardSwish,
    Swish,
    Mish,
    Softplus,
    Softsign,
    Gelu,
    GeluTanh,
    Clip,
    Step,
    Shrink,
    Abs,
    Neg,
    Exp,
    Log,
    Sqrt,
    Reciprocal,
    Erf,
    Sign,
    Floor,
    Ceil,
    Round,
    Not,
    IsNan,
    IsInf,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Asinh,
    Acosh,
    Atanh,
  };

  Kind kind = Kind::Relu;
  float alpha = 0.0F, beta = 0.0F;

  bool operator==(const Activation&) const = default;
};

/// γ · (x − mean) / √(variance + ε) + β per channel. Operands: X, γ, β, mean, variance.
struct BatchNormalization {
  float epsilon = 1e-5F;

  bool operator==(const BatchNormalization&) const = default;
};

/// Normalises over the axes from `axis` on (Layer, Rms) or per group of channels (Group; Instance = one
/// channel each). Operands: X, optional scale, optional bias.
struct Normalization {
  enum class Kind { Layer, Rms, Group, Instance, L1, L2, MeanVariance };

  Kind kind = Kind::Layer;
  std::int64_t axis = -1;
  Sizes axes;               ///< MeanVariance: the axes that are averaged
  std::int64_t groups = 1;  ///< Group
  float epsilon = 1e-5F;

  bool operator==(const Normalization&) const = default;
};

/// x / (bias + α/size · Σ x²)^β over `size` neighbouring channels (Krizhevsky et al. 2012).
struct LocalResponseNormalization {
  std::int64_t size = 5;
  float alpha = 1e-4F;
  float beta = 0.75F;
  float bias = 1.0F;

  bool operator==(const LocalResponseNormalization&) const = default;
};

/// exp(x) / Σ exp(x), or its logarithm, over `axis`; `flatten` (ONNX before opset 13): over all axes from it on.
struct Softmax {
  std::int64_t axis = -1;
  bool logarithm = false;
  bool flatten = false;

  bool operator==(const Softmax&) const = default;
};

/// One function of several operands, element by element, broadcast as in NumPy.
struct Elementwise {
  enum class Kind {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
    Mean,
    Mod,
    Fmod,
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    Xor,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Where,
  };

  Kind kind = Kind::Add;

  bool operator==(const Elementwise&) const = default;
};

/// Joins its operands along `axis`.
struct Concat {
  std::int64_t axis = 1;

  bool operator==(const Concat&) const = default;
};

/// Cuts its operand into pieces of the given sizes along `axis`, one output each.
struct Split {
  std::int64_t axis = 0;
  Sizes sizes;

  bool operator==(const Split&) const = default;
};

/// The elements start, start + step, … before end of each named axis (negative numbers count from the end).
struct Slice {
  Sizes starts, ends, axes, steps;

  bool operator==(const Slice&) const = default;
};

/// Adds elements around its operand: `begin` and `end` have one entry for every axis; negative entries crop.
struct Pad {
  enum class Mode { Constant, Reflect, Edge, Wrap };

  Mode mode = Mode::Constant;
  Sizes begin, end;
  float value = 0.0F;

  bool operator==(const Pad&) const = default;
};

/// The same elements under another shape; 0 copies the axis from the input, one −1 takes what is left.
struct Reshape {
  Sizes shape;

  bool operator==(const Reshape&) const = default;
};

/// Output axis i is input axis `permutation[i]`.
struct Transpose {
  Sizes permutation;

  bool operator==(const Transpose&) const = default;
};

/// Resamples its operand to the shape `sizes` (all axes).
struct Resize {
  enum class Mode { Nearest, Linear, Cubic };

  Mode mode = Mode::Nearest;
  Sizes sizes;
  std::vector<float> scales;               ///< as given, where the sizes follow from scales; one entry an axis
  std::string coordinates = "half_pixel";  ///< ONNX's coordinate_transformation_mode
  std::string nearest = "round_prefer_floor";
  float cubic_coefficient = -0.75F;
  bool exclude_outside = false;
  bool antialias = false;
  float extrapolation = 0.0F;
  std::vector<float> roi;

  bool operator==(const Resize&) const = default;
};

/// Picks slices of operand 0 by the indices in operand 1; an embedding is a gather from a weight table.
struct Gather {
  enum class Kind { Slices, Elements, Nd };

  Kind kind = Kind::Slices;
  std::int64_t axis = 0;
  std::int64_t batch_axes = 0;  ///< Nd: leading axes that indices and data share

  bool operator==(const Gather&) const = default;
};

/// Operand 0 with the elements at the indices (operand 1) replaced by, or combined with, operand 2.
struct Scatter {
  enum class Kind { Elements, Nd };
  enum class Combine { Replace, Add, Mul, Min, Max };

  Kind kind = Kind::Nd;
  Combine combine = Combine::Replace;
  std::int64_t axis = 0;

  bool operator==(const Scatter&) const = default;
};

/// Folds the named axes (all, where none is named) by one function.
struct Reduce {
  enum class Kind { Sum, Mean, Max, Min, Prod, L1, L2, LogSum, LogSumExp, SumSquare, ArgMax, ArgMin };

  Kind kind = Kind::Mean;
  Sizes axes;
  bool keep_axes = true;
  bool last_index = false;  ///< ArgMax, ArgMin: the last of several equal elements

  bool operator==(const Reduce&) const = default;
};

/// Operand repeated to a broadcast shape (`Expand`) or a whole number of times an axis (`Tile`).
struct Expand {
  enum class Kind { Broadcast, Tile };

  Kind kind = Kind::Broadcast;
  Sizes sizes;  ///< Broadcast: the shape asked for; Tile: repeats per axis

  bool operator==(const Expand&) const = default;
};

/// Moves blocks of channels into space (sub-pixel convolution) or back.
struct DepthToSpace {
  std::int64_t block = 2;
  bool column_row_depth = false;  ///< ONNX's CRD order
  bool inverse = false;           ///< space to depth

  bool operator==(const DepthToSpace&) const = default;
};

/// The same values in another number format.
struct Cast {
  NumberFormat to;
  bool saturate = true;

  bool operator==(const Cast&) const = default;
};

/// A recurrent cell over time, operands and gates as in ONNX: X [t,n,input], W, R, optional B, lengths, first h and c,
/// peepholes P and, with `projection`, its weights [direction, projection, hidden]. Outputs: all h, last h, last c.
struct Recurrent {
  enum class Cell { Rnn, Lstm, Gru };
  enum class Direction { Forward, Reverse, Bidirectional };

  Cell cell = Cell::Lstm;
  Direction direction = Direction::Forward;
  std::int64_t hidden = 0;
  std::int64_t projection = 0;           ///< LSTM: size of the projected output; 0: none (Sak et al. 2014)
  std::vector<std::string> activations;  ///< per direction, as in ONNX; empty: the cell's own
  std::vector<float> activation_alpha, activation_beta;
  float clip = 0.0F;                 ///< bound of the gates' inputs; 0: none
  bool linear_before_reset = false;  ///< GRU
  bool couple_input_forget = false;  ///< LSTM
  bool batch_first = false;          ///< X, h are [n,t,…]

  bool operator==(const Recurrent&) const = default;
};

/// The gates of a cell, each with its own weights: 1 (RNN), 4 (LSTM) or 3 (GRU); and its directions: 1 or 2.
std::int64_t gate_count(Recurrent::Cell cell);
std::int64_t direction_count(Recurrent::Direction direction);

/// Real numbers to the integers of a format: round(x / scale) + zero point, saturated. Operands: X, scale,
/// optional zero point.
struct Quantize {
  std::int64_t axis = 1;
  std::int64_t block = 0;
  NumberFormat to = NumberFormat::fixed(8, false);

  bool operator==(const Quantize&) const = default;
};

/// The integers of a format back to real numbers: (x − zero point) · scale. Operands: X, scale, optional zero point.
struct Dequantize {
  std::int64_t axis = 1, block = 0;

  bool operator==(const Dequantize&) const = default;
};

/// Quantises and dequantises in one step, the numbers staying real (QONNX). Operands of IntQuant: X, scale,
/// zero point, bit width; of Bipolar: X, scale; of Trunc: X, scale, zero point, in bits, out bits.
struct FakeQuantize {
  enum class Kind { Integer, Bipolar, Trunc };

  Kind kind = Kind::Integer;
  bool is_signed = true, narrow = false;
  std::string rounding = "ROUND";

  bool operator==(const FakeQuantize&) const = default;
};

/// Training-time only; the identity when a network is run.
struct Dropout {
  float ratio = 0.5F;

  bool operator==(const Dropout&) const = default;
};

struct Network;

/// One of two networks, chosen by operand 0; the other operands are the inputs of both branches, in order.
struct If {
  std::shared_ptr<const Network> then_branch, else_branch;

  bool operator==(const If& other) const;  ///< compares what the branches hold
};

using Layer = std::variant<Convolution, FullyConnected, MatMul, Pooling, Activation, BatchNormalization, Normalization,
                           LocalResponseNormalization, Softmax, Elementwise, Concat, Split, Slice, Pad, Reshape,
                           Transpose, Resize, Gather, Scatter, Reduce, Expand, DepthToSpace, Cast, Recurrent, Quantize,
                           Dequantize, FakeQuantize, Dropout, If>;

/// `convolution`, `fully connected`, `max pooling`, `ReLU`, `LSTM`, …: the kind in the field's words.
std::string kind_name(const Layer& layer);

}  // namespace pj
