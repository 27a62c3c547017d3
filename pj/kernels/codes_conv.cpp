#include "pj/kernels/codes_conv.hpp"

#include <algorithm>
#include <limits>
#include <memory>

namespace pj {

namespace {

/// One code in its place in a word.
std::uint32_t code_at(Codes codes, std::int64_t number, std::int64_t channel) {
  return codes == Codes::Bytes ? (static_cast<std::uint32_t>(number) & 0xffU) << (8 * (channel % 4))
                               : (number < 0 ? 1U : 0U) << (channel % 32);
}

/// For each group and panel: taps × words × 32 output channels.
Buffer<std::uint32_t> pack_weights(const CodesLayout& layout, std::span<const std::int8_t> numbers) {
  const ConvShape& s = layout.shape;
  const TensorView<const std::int8_t, 4> weights(numbers, s.weights());
  const std::int64_t panels = s.groups * layout.group_sums() / word_panel;
  Tensor<std::uint32_t, 5> packed({panels, s.R, s.S, layout.group_words(), word_panel});
  for (std::int64_t m = 0; m < s.M; ++m) {
    const std::int64_t sum = m / s.group_M() * layout.group_sums() + m % s.group_M();
    for (std::int64_t c = 0; c < s.group_C(); ++c) {
      for (std::int64_t tap = 0; tap < s.R * s.S; ++tap) {
        const std::int64_t r = tap / s.S;
        const std::int64_t t = tap % s.S;
        packed(sum / word_panel, r, t, c / layout.per_word(), sum % word_panel) |=
            code_at(layout.codes, weights(m, c, r, t), c);
      }
    }
  }
  return {packed.elements().begin(), packed.elements().end()};
}

class CodesConv {
 public:
  CodesConv(const WordKernels& kernels, const CodesLayout& layout, std::span<const std::int8_t> weights)
      : product_(layout.codes == Codes::Bytes ? kernels.bytes : kernels.signs),
        layout_(layout),
        shape_(layout.shape),
        weights_(pack_weights(layout, weights)) {
    for (std::int64_t tap = 0; tap < shape_.R * shape_.S; ++tap) {
      taps_.push_back((tap / shape_.S * shape_.dilation_h * padded_W() + tap % shape_.S * shape_.dilation_w) *
                      layout_.pixel_words());
    }
  }

  bool is_padded() const { return padded_H() != shape_.H || padded_W() != shape_.W; }
  std::int64_t workspace() const { return is_padded() ? padded_H() * padded_W() * layout_.pixel_words() : 0; }

  void run(std::span<const std::uint32_t> input, std::span<std::int32_t> sums,
           std::span<std::uint32_t> workspace) const {
    const std::int64_t image = shape_.H * shape_.W * layout_.pixel_words();
    const std::int64_t output = shape_.P() * shape_.Q() * shape_.groups * layout_.group_sums();
    for (std::int64_t n = 0; n < shape_.N; ++n) {
      const std::uint32_t* map = input.data() + n * image;
      if (is_padded()) {
        pad(map, workspace);
        map = workspace.data();
      }
      run_image(map, sums.data() + n * output);
    }
  }

 private:
  std::int64_t padded_H() const { return shape_.H + shape_.pad_top + shape_.pad_bottom; }
  std::int64_t padded_W() const { return shape_.W + shape_.pad_left + shape_.pad_right; }

  /// Zeros around the map spare the loops all questions.
  void pad(const std::uint32_t* map, std::span<std::uint32_t> padded) const {
    std::ranges::fill(padded, 0U);
    const std::int64_t row = shape_.W * layout_.pixel_words();
    for (std::int64_t y = 0; y < shape_.H; ++y) {
      std::copy_n(map + y * row, row,
                  padded.data() + ((y + shape_.pad_top) * padded_W() + shape_.pad_left) * layout_.pixel_words());
    }
  }

  void run_image(const std::uint32_t* map, std::int32_t* sums) const {
    const std::int64_t all_sums = shape_.groups * layout_.group_sums();
    const std::int64_t panel_words = shape_.R * shape_.S * layout_.group_words() * word_panel;
    const std::int64_t terms = shape_.group_C() * shape_.R * shape_.S;
    const bool is_one_row = shape_.is_pointwise();
    WordProduct product{.step = shape_.stride_w * layout_.pixel_words(),
                        .taps = taps_.data(),
                        .tap_count = static_cast<std::int64_t>(taps_.size()),
                        .words = layout_.group_words(),
                        .outputs = all_sums,
                        .rows = is_one_row ? shape_.P() * shape_.Q() : shape_.Q(),
                        .offset = layout_.codes == Codes::Signs ? static_cast<std::int32_t>(terms) : 0,
                        .factor = layout_.codes == Codes::Signs ? -2 : 1};  // agreeing signs - differing ones
    for (std::int64_t first = 0; first < all_sums; first += word_panel) {
      product.weights = weights_.data() + first / word_panel * panel_words;
      const std::uint32_t* const group = map + first / layout_.group_sums() * layout_.group_words();
      for (std::int64_t p = 0; p < (is_one_row ? 1 : shape_.P()); ++p) {
        product.input = group + p * shape_.stride_h * padded_W() * layout_.pixel_words();
        product.output = sums + p * shape_.Q() * all_sums + first;
        product_(product);
      }
    }
  }

  void (*product_)(const WordProduct&);
  CodesLayout layout_;
  ConvShape shape_;
  Buffer<std::uint32_t> weights_;
  Buffer<std::int64_t> taps_;
};

}  // namespace

Verdict codes_can_run(const CodesLayout& layout) {
  constexpr std::int64_t largest = 255L * 128;
  const std::int64_t terms = layout.shape.group_C() * layout.shape.R * layout.shape.S;
  const std::int64_t most = std::numeric_limits<std::int32_t>::max() / (layout.codes == Codes::Bytes ? largest : 2);
  if (terms > most) {
    return Verdict::no("a sum of " + std::to_string(terms) + " products may not fit 32 bits");
  }
  return Verdict::yes();
}

PreparedCodes prepare_codes(const WordKernels& kernels, const CodesLayout& layout,
                            std::span<const std::int8_t> weights) {
  const auto conv = std::make_shared<const CodesConv>(kernels, layout, weights);
  return {conv->workspace(), [conv](auto input, auto sums, auto workspace) { conv->run(input, sums, workspace); }};
}

std::int64_t code_sum(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                      const Tensor<std::int8_t, 4>& weights, const Shape<4>& at) {
  const ConvShape& s = layout.shape;
  const std::int64_t outside = layout.codes == Codes::Bytes ? 0 : 1;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < s.group_C() * s.R * s.S; ++i) {
    const std::int64_t c = i / (s.R * s.S);
    const std::int64_t r = i / s.S % s.R;
    const std::int64_t y = at[2] * s.stride_h + r * s.dilation_h - s.pad_top;
    const std::int64_t x = at[3] * s.stride_w + i % s.S * s.dilation_w - s.pad_left;
    const bool is_inside = y >= 0 && y < s.H && x >= 0 && x < s.W;
    sum += (is_inside ? input(at[0], at[1] / s.group_M() * s.group_C() + c, y, x) : outside) *
           weights(at[1], c, r, i % s.S);
  }
  return sum;
}

Buffer<std::uint32_t> pack_codes(const CodesLayout& layout, TensorView<const std::int16_t, 4> planar) {
  const ConvShape& s = layout.shape;
  Buffer<std::uint32_t> words(static_cast<std::size_t>(layout.input_words()));
  for (std::int64_t n = 0; n < s.N; ++n) {
    for (std::int64_t c = 0; c < s.C; ++c) {
      const std::int64_t channel = c % s.group_C();
      const std::int64_t place = c / s.group_C() * layout.group_words() + channel / layout.per_word();
      for (std::int64_t i = 0; i < s.H * s.W; ++i) {
        words[static_cast<std::size_t>((n * s.H * s.W + i) * layout.pixel_words() + place)] |=
            code_at(layout.codes, planar(n, c, i / s.W, i % s.W), channel);
      }
    }
  }
  return words;
}

Tensor<std::int32_t, 4> unpack_sums(const CodesLayout& layout, std::span<const std::int32_t> sums) {
  const ConvShape& s = layout.shape;
  Tensor<std::int32_t, 4> planar(s.output());
  const TensorView<const std::int32_t, 4> blocked(sums, {s.N, s.P(), s.Q(), s.groups * layout.group_sums()});
  for (std::int64_t n = 0; n < s.N; ++n) {
    for (std::int64_t m = 0; m < s.M; ++m) {
      const std::int64_t sum = m / s.group_M() * layout.group_sums() + m % s.group_M();
      for (std::int64_t i = 0; i < s.P() * s.Q(); ++i) {
        planar(n, m, i / s.Q(), i % s.Q()) = blocked(n, i / s.Q(), i % s.Q(), sum);
      }
    }
  }
  return planar;
}

}  // namespace pj
