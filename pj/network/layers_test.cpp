#include "pj/network/layers.hpp"

#include <doctest/doctest.h>

#include <set>

namespace pj {

namespace {

/// The names of all enumerators up to `last`.
template <class LayerKind>
std::set<std::string> names_up_to(typename LayerKind::Kind last) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    names.insert(kind_name(LayerKind{.kind = static_cast<typename LayerKind::Kind>(i)}));
  }
  return names;
}

const std::vector<std::pair<Layer, std::string>> cases{
    {Convolution{}, "convolution"},
    {Convolution{.transposed = true}, "transposed convolution"},
    {FullyConnected{}, "fully connected"},
    {MatMul{}, "matmul"},
    {Pooling{.kernel = {2, 2}}, "max pooling"},
    {Pooling{.kind = Pooling::Kind::Average}, "global average pooling"},
    {Pooling{.kind = Pooling::Kind::Lp, .kernel = {2, 2}}, "Lp pooling"},
    {Activation{}, "ReLU"},
    {Activation{.kind = Activation::Kind::Swish}, "swish"},
    {Activation{.kind = Activation::Kind::Atanh}, "area tangent"},
    {BatchNormalization{}, "batch normalization"},
    {Normalization{}, "layer normalization"},
    {LocalResponseNormalization{}, "local response normalization"},
    {Softmax{}, "softmax"},
    {Softmax{.logarithm = true}, "log-softmax"},
    {Elementwise{}, "addition"},
    {Elementwise{.kind = Elementwise::Kind::Where}, "where"},
    {Concat{}, "concatenation"},
    {Split{}, "split"},
    {Slice{}, "slice"},
    {Pad{}, "padding"},
    {Reshape{}, "reshape"},
    {Transpose{}, "transpose"},
    {Resize{}, "resize"},
    {Gather{}, "gather"},
    {Scatter{}, "scatter"},
    {Reduce{}, "mean over axes"},
    {Reduce{.kind = Reduce::Kind::ArgMax}, "argmax"},
    {Expand{}, "broadcast"},
    {Expand{.kind = Expand::Kind::Tile}, "tile"},
    {DepthToSpace{}, "depth to space"},
    {DepthToSpace{.inverse = true}, "space to depth"},
    {Cast{}, "cast"},
    {Recurrent{}, "LSTM"},
    {Recurrent{.cell = Recurrent::Cell::Gru, .direction = Recurrent::Direction::Bidirectional}, "bidirectional GRU"},
    {Quantize{}, "quantize"},
    {Dequantize{}, "dequantize"},
    {FakeQuantize{}, "fake quantization"},
    {Dropout{}, "dropout"},
    {If{}, "if"},
};

}  // namespace

TEST_CASE("a layer's kind has the field's name") {
  std::set<std::size_t> kinds;
  for (const auto& [layer, name] : cases) {
    CHECK(kind_name(layer) == name);
    kinds.insert(layer.index());
  }
  CHECK(kinds.size() == std::variant_size_v<Layer>);
}

TEST_CASE("no two functions share a name but the two remainders") {
  CHECK(names_up_to<Activation>(Activation::Kind::Atanh).size() == 46);
  CHECK(names_up_to<Elementwise>(Elementwise::Kind::Where).size() == 23);
  CHECK(names_up_to<Reduce>(Reduce::Kind::ArgMin).size() == 12);
  CHECK(names_up_to<Normalization>(Normalization::Kind::MeanVariance).size() == 7);
}

TEST_CASE("a cell has as many gates as its equations") {
  CHECK(gate_count(Recurrent::Cell::Rnn) == 1);
  CHECK(gate_count(Recurrent::Cell::Gru) == 3);
  CHECK(gate_count(Recurrent::Cell::Lstm) == 4);
  CHECK(direction_count(Recurrent::Direction::Reverse) == 1);
  CHECK(direction_count(Recurrent::Direction::Bidirectional) == 2);
}

}  // namespace pj
