#include "pj/network/receptive_field.hpp"

#include <doctest/doctest.h>

#include "pj/network/statistics.hpp"

namespace pj {

namespace {

/// A network of one chain of layers on an image, built step by step.
class Chain {
 public:
  explicit Chain(Sizes input) : builder_("chain"), value_(builder_.input("x", std::move(input))) {}

  Chain& conv(std::int64_t kernel, std::int64_t stride = 1, std::int64_t dilation = 1, bool transposed = false) {
    const std::int64_t channels = builder_.value(value_).shape[1];
    const Convolution layer{.stride = {stride, stride}, .dilation = {dilation, dilation}, .transposed = transposed};
    return add(layer, {builder_.weight("w", {channels, channels, kernel, kernel})});
  }
  Chain& pool(std::int64_t kernel, std::int64_t stride) {
    return add(Pooling{.kernel = {kernel, kernel}, .stride = {stride, stride}});
  }
  Chain& add(const Layer& layer, std::vector<ValueId> weights = {}) {
    weights.insert(weights.begin(), value_);
    value_ = builder_.add_one("", layer, weights);
    return *this;
  }
  ValueId weight(Sizes shape) { return builder_.weight("w", std::move(shape)); }
  std::int64_t field() {
    const NetworkStatistics counted = statistics(builder_.finish({value_}));
    CHECK(counted.layers.back().receptive_field_h == counted.layers.back().receptive_field_w);
    return counted.layers.back().receptive_field_h;
  }

 private:
  NetworkBuilder builder_;
  ValueId value_;
};

Chain image(std::int64_t size = 64) {
  return Chain({1, 1, size, size});
}

}  // namespace

TEST_CASE("two 3×3 convolutions see 5×5 and three see 7×7") {
  // Simonyan & Zisserman 2014, section 2.3.
  CHECK(image().conv(3).conv(3).field() == 5);
  CHECK(image().conv(3).conv(3).conv(3).field() == 7);
}

TEST_CASE("AlexNet's pool5 sees 195 rows and its first fully connected layer 355") {
  // Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks": 195 for AlexNet's pool5.
  const auto features = [] {
    return image(227)
        .conv(11, 4)
        .pool(3, 2)
        .add(Pad{.begin = {0, 0, 2, 2}, .end = {0, 0, 2, 2}})
        .conv(5)
        .pool(3, 2)
        .add(Pad{.begin = {0, 0, 3, 3}, .end = {0, 0, 3, 3}})
        .conv(3)
        .conv(3)
        .conv(3)
        .pool(3, 2);
  };
  CHECK(features().field() == 195);
  Chain direct = features();
  CHECK(direct.add(FullyConnected{}, {direct.weight({4, 36})}).field() == 355);
  Chain flat = features();
  flat.add(Reshape{.shape = {0, -1}});
  CHECK(flat.add(MatMul{}, {flat.weight({36, 4})}).field() == 355);
}

TEST_CASE("VGG-16's last pooling sees 212 rows") {
  // Araujo, Norris & Sim 2019.
  Chain vgg({1, 1, 512, 512});
  for (const int convolutions : {2, 2, 3, 3, 3}) {
    for (int i = 0; i < convolutions; ++i) {
      vgg.conv(3);
    }
    vgg.pool(2, 2);
  }
  CHECK(vgg.field() == 212);
}

TEST_CASE("dilation spreads a window and strides add up behind it") {
  CHECK(image().conv(3, 1, 4).field() == 9);
  CHECK(image().conv(3, 2).conv(3).field() == 7);
  CHECK(image().pool(2, 2).pool(2, 2).conv(3).field() == 12);
}

TEST_CASE("a strided transposed convolution sees the inputs that share an output") {
  CHECK(image(8).conv(4, 2, 1, true).field() == 2);
  CHECK(image(8).conv(2, 2, 1, true).field() == 1);
  CHECK(image(8).conv(3, 1, 1, true).field() == 3);
  CHECK(image().conv(3, 2).conv(2, 2, 1, true).conv(3).field() == 5);
}

TEST_CASE("global pooling and a mean over the map see all of it") {
  CHECK(image(32).conv(3).add(Pooling{.kind = Pooling::Kind::Average}).field() == 32);
  CHECK(image(32).conv(3).add(Reduce{.axes = {2, 3}}).field() == 32);
  CHECK(image(32).conv(3).add(Reduce{.axes = {1}}).field() == 3);
}

TEST_CASE("moving blocks between space and channels moves the field") {
  CHECK(image(32).add(DepthToSpace{.block = 2, .inverse = true}).field() == 2);
  CHECK(Chain({1, 4, 32, 32}).conv(3, 2).add(DepthToSpace{.block = 2}).conv(3).field() == 5);
  CHECK(image(32).conv(3, 2).add(Resize{.sizes = {1, 1, 30, 30}}).conv(3).field() == 5);
  CHECK(image(32).add(Slice{.starts = {0, 0}, .ends = {32, 32}, .axes = {2, 3}, .steps = {2, 2}}).conv(3).field() == 5);
}

TEST_CASE("where paths meet the larger field counts") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {1, 1, 16, 16});
  const Convolution layer{.pad_begin = {1, 1}, .pad_end = {1, 1}};
  const ValueId y = builder.add_one("conv", layer, {x, builder.weight("w", {1, 1, 3, 3})});
  const ValueId sum = builder.add_one("sum", Elementwise{}, {x, y});
  CHECK(statistics(builder.finish({sum})).layers.back().receptive_field_h == 3);
}

}  // namespace pj
