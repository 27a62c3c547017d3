#include "pj/network/layers.hpp"

#include <array>
#include <string_view>

namespace pj {

namespace {

/// The name of an enumerator, from a table in the order of the enumeration.
template <std::size_t Count, class Kind>
std::string name_of_kind(const std::array<std::string_view, Count>& names, Kind kind) {
  return std::string(names[static_cast<std::size_t>(kind)]);
}

constexpr std::array<std::string_view, 46> activation_names{"identity",
                                                            "ReLU",
                                                            "leaky ReLU",
                                                            "PReLU",
                                                            "ELU",
                                                            "SELU",
                                                            "CELU",
                                                            "thresholded ReLU",
                                                            "sigmoid",
                                                            "hard sigmoid",
                                                            "tanh",
                                                            "hard swish",
                                                            "swish",
                                                            "mish",
                                                            "softplus",
                                                            "softsign",
                                                            "GELU",
                                                            "tanh GELU",
                                                            "clip",
                                                            "step",
                                                            "shrink",
                                                            "absolute",
                                                            "negate",
                                                            "exponential",
                                                            "logarithm",
                                                            "square root",
                                                            "reciprocal",
                                                            "error function",
                                                            "sign",
                                                            "floor",
                                                            "ceiling",
                                                            "round",
                                                            "not",
                                                            "is NaN",
                                                            "is infinite",
                                                            "sine",
                                                            "cosine",
                                                            "tangent",
                                                            "arcsine",
                                                            "arccosine",
                                                            "arctangent",
                                                            "hyperbolic sine",
                                                            "hyperbolic cosine",
                                                            "area sine",
                                                            "area cosine",
                                                            "area tangent"};
static_assert(static_cast<std::size_t>(Activation::Kind::Atanh) + 1 == activation_names.size());

constexpr std::array<std::string_view, 24> elementwise_names{"addition",      "subtraction", "multiplication",
                                                             "division",      "power",       "minimum",
                                                             "maximum",       "mean",        "remainder",
                                                             "remainder",     "equal",       "less",
                                                             "less or equal", "greater",     "greater or equal",
                                                             "and",           "or",          "exclusive or",
                                                             "bitwise and",   "bitwise or",  "bitwise exclusive or",
                                                             "shift left",    "shift right", "where"};
static_assert(static_cast<std::size_t>(Elementwise::Kind::Where) + 1 == elementwise_names.size());

constexpr std::array<std::string_view, 7> normalization_names{
    "layer normalization", "RMS normalization", "group normalization",        "instance normalization",
    "L1 normalization",    "L2 normalization",  "mean-variance normalization"};
static_assert(static_cast<std::size_t>(Normalization::Kind::MeanVariance) + 1 == normalization_names.size());

constexpr std::array<std::string_view, 12> reduce_names{
    "sum over axes", "mean over axes", "maximum over axes", "minimum over axes", "product over axes",
    "L1 norm",       "L2 norm",        "logarithm of sum",  "log-sum-exp",       "sum of squares",
    "argmax",        "argmin"};
static_assert(static_cast<std::size_t>(Reduce::Kind::ArgMin) + 1 == reduce_names.size());

struct KindName {
  std::string operator()(const Convolution& layer) const {
    return layer.transposed ? "transposed convolution" : "convolution";
  }
  std::string operator()(const FullyConnected&) const { return "fully connected"; }
  std::string operator()(const MatMul&) const { return "matmul"; }
  std::string operator()(const Pooling& layer) const {
    constexpr std::array<std::string_view, 3> names{"max pooling", "average pooling", "Lp pooling"};
    return (layer.kernel.empty() ? "global " : "") + name_of_kind(names, layer.kind);
  }
  std::string operator()(const Activation& layer) const { return name_of_kind(activation_names, layer.kind); }
  std::string operator()(const BatchNormalization&) const { return "batch normalization"; }
  std::string operator()(const Normalization& layer) const { return name_of_kind(normalization_names, layer.kind); }
  std::string operator()(const LocalResponseNormalization&) const { return "local response normalization"; }
  std::string operator()(const Softmax& layer) const { return layer.logarithm ? "log-softmax" : "softmax"; }
  std::string operator()(const Elementwise& layer) const { return name_of_kind(elementwise_names, layer.kind); }
  std::string operator()(const Concat&) const { return "concatenation"; }
  std::string operator()(const Split&) const { return "split"; }
  std::string operator()(const Slice&) const { return "slice"; }
  std::string operator()(const Pad&) const { return "padding"; }
  std::string operator()(const Reshape&) const { return "reshape"; }
  std::string operator()(const Transpose&) const { return "transpose"; }
  std::string operator()(const Resize&) const { return "resize"; }
  std::string operator()(const Gather&) const { return "gather"; }
  std::string operator()(const Scatter&) const { return "scatter"; }
  std::string operator()(const Reduce& layer) const { return name_of_kind(reduce_names, layer.kind); }
  std::string operator()(const Expand& layer) const { return layer.kind == Expand::Kind::Tile ? "tile" : "broadcast"; }
  std::string operator()(const DepthToSpace& layer) const {
    return layer.inverse ? "space to depth" : "depth to space";
  }
  std::string operator()(const Cast&) const { return "cast"; }
  std::string operator()(const Recurrent& layer) const {
    constexpr std::array<std::string_view, 3> names{"RNN", "LSTM", "GRU"};
    const bool both = layer.direction == Recurrent::Direction::Bidirectional;
    return (both ? "bidirectional " : "") + name_of_kind(names, layer.cell);
  }
  std::string operator()(const Quantize&) const { return "quantize"; }
  std::string operator()(const Dequantize&) const { return "dequantize"; }
  std::string operator()(const FakeQuantize& layer) const {
    constexpr std::array<std::string_view, 3> names{"fake quantization", "bipolar quantization", "truncation"};
    return name_of_kind(names, layer.kind);
  }
  std::string operator()(const Dropout&) const { return "dropout"; }
  std::string operator()(const If&) const { return "if"; }
};

}  // namespace

std::string kind_name(const Layer& layer) {
  return std::visit(KindName{}, layer);
}

std::int64_t gate_count(Recurrent::Cell cell) {
  switch (cell) {
    case Recurrent::Cell::Rnn:
      return 1;
    case Recurrent::Cell::Lstm:
      return 4;
    case Recurrent::Cell::Gru:
      return 3;
  }
  return 0;
}

std::int64_t direction_count(Recurrent::Direction direction) {
  return direction == Recurrent::Direction::Bidirectional ? 2 : 1;
}

}  // namespace pj
