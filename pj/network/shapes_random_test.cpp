#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "pj/base/error.hpp"
#include "pj/network/shapes.hpp"
#include "pj/network/statistics.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Mostly small numbers, now and then one that overflows whatever is done with it.
std::int64_t any_number(Rng& rng) {
  constexpr std::array<std::int64_t, 4> extremes{std::numeric_limits<std::int64_t>::min(),
                                                 std::numeric_limits<std::int64_t>::max(), std::int64_t{1} << 62,
                                                 std::int64_t{1} << 40};
  return rng.chance(0.05) ? extremes[static_cast<std::size_t>(rng.between(0, 3))] : rng.between(-2, 6);
}

Sizes any_sizes(Rng& rng, std::int64_t most) {
  Sizes sizes(static_cast<std::size_t>(rng.between(0, most)));
  for (std::int64_t& size : sizes) {
    size = any_number(rng);
  }
  return sizes;
}

template <class Kind>
Kind any_kind(Rng& rng, Kind last) {
  return static_cast<Kind>(rng.between(0, static_cast<std::int64_t>(last)));
}

/// Fills the attributes of a layer kind; kinds without an overload have none that bear on shapes.
struct Randomize {
  Rng& rng;

  template <class Kind>
  void operator()(Kind&) const {}
  void operator()(Convolution& layer) const {
    layer = {.stride = any_sizes(rng, 3),
             .dilation = any_sizes(rng, 3),
             .pad_begin = any_sizes(rng, 3),
             .pad_end = any_sizes(rng, 3),
             .groups = rng.between(0, 3),
             .transposed = rng.chance(0.5),
             .output_padding = any_sizes(rng, 3)};
  }
  void operator()(MatMul& layer) const { layer.transpose_a = layer.transpose_b = rng.chance(0.5); }
  void operator()(Pooling& layer) const {
    layer = {.kernel = any_sizes(rng, 3),
             .stride = any_sizes(rng, 3),
             .dilation = any_sizes(rng, 3),
             .pad_begin = any_sizes(rng, 3),
             .pad_end = any_sizes(rng, 3),
             .ceil_mode = rng.chance(0.5)};
  }
  void operator()(Activation& layer) const { layer.kind = any_kind(rng, Activation::Kind::Atanh); }
  void operator()(Normalization& layer) const {
    layer = {.kind = any_kind(rng, Normalization::Kind::MeanVariance),
             .axis = any_number(rng),
             .axes = any_sizes(rng, 4),
             .groups = any_number(rng)};
  }
  void operator()(Softmax& layer) const { layer.axis = any_number(rng); }
  void operator()(Elementwise& layer) const { layer.kind = any_kind(rng, Elementwise::Kind::Where); }
  void operator()(Concat& layer) const { layer.axis = any_number(rng); }
  void operator()(Split& layer) const { layer = {.axis = any_number(rng), .sizes = any_sizes(rng, 3)}; }
  void operator()(Slice& layer) const {
    layer = {any_sizes(rng, 2), any_sizes(rng, 2), any_sizes(rng, 2), any_sizes(rng, 2)};
  }
  void operator()(Pad& layer) const {
    layer = {.mode = any_kind(rng, Pad::Mode::Wrap), .begin = any_sizes(rng, 4), .end = any_sizes(rng, 4)};
  }
  void operator()(Reshape& layer) const { layer.shape = any_sizes(rng, 4); }
  void operator()(Transpose& layer) const { layer.permutation = any_sizes(rng, 4); }
  void operator()(Resize& layer) const { layer.sizes = any_sizes(rng, 4); }
  void operator()(Gather& layer) const { layer = {any_kind(rng, Gather::Kind::Nd), any_number(rng), any_number(rng)}; }
  void operator()(Scatter& layer) const { layer = {.kind = any_kind(rng, Scatter::Kind::Nd), .axis = any_number(rng)}; }
  void operator()(Reduce& layer) const {
    layer = {.kind = any_kind(rng, Reduce::Kind::ArgMin), .axes = any_sizes(rng, 3), .keep_axes = rng.chance(0.5)};
  }
  void operator()(Expand& layer) const { layer = {any_kind(rng, Expand::Kind::Tile), any_sizes(rng, 4)}; }
  void operator()(DepthToSpace& layer) const { layer = {.block = any_number(rng), .inverse = rng.chance(0.5)}; }
  void operator()(Recurrent& layer) const {
    layer = {.cell = any_kind(rng, Recurrent::Cell::Gru), .hidden = any_number(rng), .projection = any_number(rng)};
  }
  void operator()(Quantize& layer) const { layer = {.axis = any_number(rng), .block = any_number(rng)}; }
  void operator()(Dequantize& layer) const { layer = {any_number(rng), any_number(rng)}; }
};

/// A layer of the kind with this index and default attributes.
template <std::size_t Index = 0>
Layer layer_of(std::size_t index) {
  if constexpr (Index + 1 < std::variant_size_v<Layer>) {
    return index == Index ? Layer(std::in_place_index<Index>) : layer_of<Index + 1>(index);
  } else {
    return Dropout{};  // an If needs branches
  }
}

/// A shape that a builder accepts: small sizes, now and then an enormous one.
Sizes operand_shape(Rng& rng) {
  Sizes shape(static_cast<std::size_t>(rng.between(0, 5)));
  for (std::int64_t& size : shape) {
    size = rng.between(rng.chance(0.1) ? 0 : 1, 3);
  }
  if (!shape.empty() && rng.chance(0.1)) {
    shape[static_cast<std::size_t>(rng.between(0, std::ssize(shape) - 1))] = std::int64_t{1} << 40;
  }
  return shape;
}

/// True where a network of one random layer could be built and counted; anything but an `InputError` escapes.
bool builds(const Layer& layer, Rng& rng) {
  NetworkBuilder builder("net");
  std::vector<ValueId> operands;
  const Sizes common = operand_shape(rng);
  const std::int64_t count = rng.between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    const Sizes shape = rng.chance(0.5) ? common : operand_shape(rng);
    const NumberFormat format = rng.chance(0.5) ? NumberFormat::fixed(64) : NumberFormat::float32();
    operands.push_back(i == 0 || rng.chance(0.3) ? builder.input("x", shape, format)
                                                 : builder.weight("w", shape, format));
  }
  try {
    const auto outputs = builder.add("layer", layer, operands);
    for (const ValueId id : outputs) {
      check_shape(builder.value(id).shape);
    }
    statistics(builder.finish(outputs));
    return true;
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("; ") != std::string::npos);  // a fault and a way out
    return false;
  }
}

}  // namespace

TEST_CASE("any layer on any operands is counted or refused with a way out") {
  std::array<int, std::variant_size_v<Layer>> built{};
  for_random_cases(30000, [&](Rng& rng) {
    Layer layer = layer_of(static_cast<std::size_t>(rng.between(0, std::ssize(built) - 1)));
    if (rng.chance(0.7)) {
      std::visit(Randomize{rng}, layer);
    }
    CAPTURE(kind_name(layer));
    built[layer.index()] += builds(layer, rng) ? 1 : 0;
  });
  // Kinds whose operands must fit together exactly are hardly ever met by chance.
  CHECK(std::count(built.begin(), built.end(), 0) <= 5 * fewer_cases);
}

}  // namespace pj
