#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pj/base/random.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// Small random quantised networks: each layer between Dequantize and Quantize, each with scales and zeros of its own.
class RandomQuantised {
 public:
  /// So many layers with activations of this format.
  RandomQuantised(Rng& rng, const NumberFormat& format, int layers) : rng_(rng), format_(format), builder_("random") {
    const std::int64_t side = rng.between(1, 9);
    last_ = {builder_.input("x", {rng.between(1, 2), rng.between(1, 40), rng.between(1, 9), side}, format), 0.05};
    last_.zero = random_zero();
    for (int i = 0; i < layers; ++i) {
      add_layer();
    }
  }

  Network finish() { return builder_.finish({last_.value}); }

  /// An operand of the input's type.
  Constant random_input(const Network& network) {
    const Value& input = network.values[network.inputs.front()];
    return random_numbers(format_, input.shape);
  }

 private:
  struct Integers {
    ValueId value = no_value;
    double scale = 1.0;
    std::int64_t zero = 0;
  };

  std::int64_t low() const { return format_.is_signed ? -(std::int64_t{1} << (format_.bits - 1)) : 0; }
  std::int64_t high() const { return low() + (std::int64_t{1} << format_.bits) - 1; }
  std::int64_t random_zero() { return rng_.chance(0.3) ? 0 : rng_.between(low(), high()); }

  Constant random_numbers(const NumberFormat& format, const Sizes& shape) {
    const std::int64_t least = format.is_signed ? -(std::int64_t{1} << (format.bits - 1)) : 0;
    const std::int64_t greatest = least + (std::int64_t{1} << format.bits) - 1;
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(element_count(shape)));
    std::ranges::generate(numbers, [&] {
      return rng_.chance(0.05) ? least : rng_.chance(0.05) ? greatest : rng_.between(least, greatest);
    });
    return constant_of(format, shape, numbers);
  }

  ValueId constant(const std::string& name, const Constant& constant) {
    return builder_.constant(name, std::make_shared<const Constant>(constant));
  }
  ValueId scales(const std::vector<double>& numbers) {
    const Sizes shape = numbers.size() == 1 ? Sizes{} : Sizes{std::ssize(numbers)};
    return constant("scale", constant_of(NumberFormat::float32(), shape, numbers));
  }

  ValueId real(const Integers& integers) {
    const std::vector<std::int64_t> zero{integers.zero};
    return builder_.add_one(
        "dequantize", Dequantize{},
        {integers.value, scales({integers.scale}), constant("zero", constant_of(format_, {}, zero))});
  }

  /// The real numbers quantised, in steps of `scale`.
  Integers quantised(ValueId real_value, double scale) {
    Integers result{.scale = static_cast<float>(scale), .zero = random_zero()};
    ValueId value = real_value;
    if (rng_.chance(0.4)) {
      const bool is_relu = rng_.chance(0.5);
      value = builder_.add_one(
          "bound", is_relu ? Activation{} : Activation{Activation::Kind::Clip, 0.0F, static_cast<float>(40 * scale)},
          {value});
    }
    const std::vector<std::int64_t> zero{result.zero};
    result.value = builder_.add_one("quantize", Quantize{.to = format_},
                                    {value, scales({result.scale}), constant("zero", constant_of(format_, {}, zero))});
    return result;
  }

  const Sizes& shape() const { return builder_.value(last_.value).shape; }

  /// A scale with which sums of so many products fill the range.
  double filling(double step, std::int64_t terms) const {
    const double spread = std::ldexp(1.0, format_.bits - 1);
    return step * std::sqrt(static_cast<double>(terms)) * spread * 64.0 / spread;
  }

  void add_products(const Layer& layer, const Sizes& filters) {
    const std::int64_t M = filters[0];
    const NumberFormat format = NumberFormat::fixed(std::min(format_.bits, 8), rng_.chance(0.8));
    const std::int64_t terms = element_count(filters) / M;
    std::vector<double> weight_scales(rng_.chance(0.5) ? 1 : static_cast<std::size_t>(M));
    std::ranges::generate(weight_scales, [&] { return static_cast<float>(0.002 * (0.5 + rng_.uniform())); });
    std::vector<ValueId> weights{constant("weights", random_numbers(format, filters)), scales(weight_scales)};
    if (!format.is_signed) {
      const Sizes shape_of_zero = weight_scales.size() == 1 ? Sizes{} : Sizes{M};
      weights.push_back(constant("zero", random_numbers(format, shape_of_zero)));
    }
    std::vector<ValueId> operands{real(last_), builder_.add_one("weights", Dequantize{.axis = 0}, weights)};
    if (rng_.chance(0.7)) {
      std::vector<std::int64_t> bias(static_cast<std::size_t>(M));
      std::ranges::generate(bias, [&] { return rng_.between(-3000, 3000); });
      std::vector<double> steps;
      for (const double scale : weight_scales) {
        steps.push_back(static_cast<float>(static_cast<float>(last_.scale) * static_cast<float>(scale)));
      }
      operands.push_back(
          builder_.add_one("bias", Dequantize{.axis = 0},
                           {constant("bias", constant_of(NumberFormat::fixed(32), {M}, bias)), scales(steps)}));
    }
    last_ = quantised(builder_.add_one("products", layer, operands), filling(last_.scale * 0.002, terms));
  }

  void add_convolution() {
    const std::int64_t r = rng_.between(1, std::min<std::int64_t>(3, shape()[2] + 2));
    const std::int64_t s = rng_.between(1, std::min<std::int64_t>(3, shape()[3] + 2));
    add_products(Convolution{.stride = {rng_.between(1, 2), rng_.between(1, 2)},
                             .pad_begin = {r / 2, s / 2},
                             .pad_end = {r / 2 + r % 2, s / 2 + s % 2}},
                 {rng_.between(1, 70), shape()[1], r, s});
  }

  void add_sum() {
    const Integers other = quantised(real(last_), last_.scale * 1.3);
    const auto kind = rng_.chance(0.7) ? Elementwise::Kind::Add : Elementwise::Kind::Sub;
    last_ = quantised(builder_.add_one("sum", Elementwise{kind}, {real(last_), real(other)}), last_.scale * 1.7);
  }

  void add_pooling() {
    const auto kind = rng_.chance(0.5) ? Pooling::Kind::Max : Pooling::Kind::Average;
    const Pooling pooling{.kind = kind,
                          .kernel = {2, 2},
                          .stride = {2, 1},
                          .pad_begin = {1, 1},
                          .pad_end = {1, 1},
                          .count_padding = kind == Pooling::Kind::Average && rng_.chance(0.5)};
    last_ = quantised(builder_.add_one("pool", pooling, {real(last_)}), last_.scale * (rng_.chance(0.5) ? 1.0 : 0.8));
  }

  void add_join() {
    const Integers other = quantised(real(last_), last_.scale * 0.9);
    last_ = quantised(builder_.add_one("join", Concat{}, {real(other), real(last_)}), last_.scale);
  }

  void add_response() {
    const float beta = rng_.chance(0.8) ? 0.75F : rng_.chance(0.5) ? 0.5F : 0.6F;
    const LocalResponseNormalization layer{
        .size = rng_.between(1, 6), .alpha = static_cast<float>(rng_.uniform()), .beta = beta, .bias = 1.5F};
    last_ = quantised(builder_.add_one("response", layer, {real(last_)}), last_.scale * 0.3);
  }

  void add_move(const Layer& layer, double scale) {
    last_ = quantised(builder_.add_one("moved", layer, {real(last_)}), scale);
  }

  void add_layer() {
    const std::int64_t channels = shape()[1];
    switch (shape().size() == 4 ? rng_.between(0, 7) : 8) {
      case 0:
        return add_convolution();
      case 1:
        return add_products(Convolution{.pad_begin = {1, 1}, .pad_end = {1, 1}, .groups = channels},
                            {channels, 1, 3, 3});
      case 2:
        return add_sum();
      case 3:
        return add_pooling();
      case 4:
        return add_join();
      case 5:
        return add_move(Transpose{{0, 2, 3, 1}}, last_.scale);
      case 6:
        return add_response();
      case 7:
        return add_move(Reshape{{shape()[0], -1}}, last_.scale * 0.7);
      default:
        return add_products(FullyConnected{}, {rng_.between(1, 70), channels});
    }
  }

  Rng& rng_;
  NumberFormat format_;
  NetworkBuilder builder_;
  Integers last_;
};

}  // namespace pj
