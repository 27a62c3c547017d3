#include "pj/kernels/codes_conv.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <memory>

#include "pj/kernels/code_weights.hpp"
#include "pj/kernels/rounding.hpp"

namespace pj {

namespace {

/// The loops for such codes, or null.
template <class Sum>
auto product_of(const WordKernels& kernels, Codes codes) -> void (*)(const WordProduct<Sum>&) {
  if constexpr (std::is_same_v<Sum, float>) {
    return codes == Codes::Bfloat16          ? kernels.bfloat16
           : codes == Codes::FloatCodebook16 ? kernels.float_codebook16
                                             : nullptr;
  } else {
    return codes == Codes::Bytes        ? kernels.bytes
           : codes == Codes::Signs      ? kernels.signs
           : codes == Codes::Ternary    ? kernels.ternary
           : codes == Codes::Codebook16 ? kernels.codebook16
           : codes == Codes::Codebook4  ? kernels.codebook4
                                        : nullptr;
  }
}

/// One code in its place in a word.
std::uint32_t code_at(Codes codes, std::int16_t number, std::int64_t channel) {
  return form_of(codes).is_signs ? (number < 0 ? 1U : 0U) << (channel % 32)
                                 : (static_cast<std::uint32_t>(number) & 0xffU) << (8 * (channel % 4));
}
std::uint32_t code_at(Codes codes, float number, std::int64_t channel) {
  return codes == Codes::Bfloat16 ? static_cast<std::uint32_t>(to_bfloat16(number)) << (16 * (channel % 2))
                                  : std::bit_cast<std::uint32_t>(number);
}

template <class Sum, class Number>
class CodesConv {
 public:
  CodesConv(const WordKernels& kernels, const CodesLayout& layout, std::span<const Number> weights)
      : product_(product_of<Sum>(kernels, layout.codes)),
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

  void run(std::span<const std::uint32_t> input, std::span<Sum> sums, std::span<std::uint32_t> workspace) const {
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

  /// Row after row where all weights stay near, so that a row of sums is written at once; else panel after panel.
  void run_image(const std::uint32_t* map, Sum* sums) const {
    constexpr std::size_t near_words = std::size_t{1} << 14;  // 64 KiB: a row reads them all
    const std::int64_t panels = shape_.groups * layout_.group_sums() / word_panel;
    const std::int64_t rows = shape_.is_pointwise() ? 1 : shape_.P();
    const bool rows_first = weights_.words.size() <= near_words;
    for (std::int64_t i = 0; i < panels * rows; ++i) {
      const std::int64_t panel = rows_first ? i % panels : i / rows;
      run_row(panel, rows_first ? i / panels : i % rows, map, sums);
    }
  }

  void run_row(std::int64_t panel, std::int64_t p, const std::uint32_t* map, Sum* sums) const {
    const std::int64_t all_sums = shape_.groups * layout_.group_sums();
    const auto panel_words = static_cast<std::int64_t>(weights_.words.size()) / (all_sums / word_panel);
    const std::int64_t group = panel * word_panel / layout_.group_sums();
    product_({.input = map + group * layout_.group_words() + p * shape_.stride_h * padded_W() * layout_.pixel_words(),
              .step = shape_.stride_w * layout_.pixel_words(),
              .taps = taps_.data(),
              .tap_count = static_cast<std::int64_t>(taps_.size()),
              .words = layout_.group_words(),
              .weights = weights_.words.data() + panel * panel_words,
              .codebook = weights_.codebook.data(),
              .output = sums + p * shape_.Q() * all_sums + panel * word_panel,
              .outputs = all_sums,
              .rows = shape_.is_pointwise() ? shape_.P() * shape_.Q() : shape_.Q(),
              .offsets = weights_.offsets.data() + panel * word_panel,
              .factor = layout_.form().is_signs ? -2 : 1});  // agreeing signs - differing ones
  }

  void (*product_)(const WordProduct<Sum>&);
  CodesLayout layout_;
  ConvShape shape_;
  CodeWeights<Number> weights_;
  Buffer<std::int64_t> taps_;
};

template <class Sum, class Number>
PreparedWords<Sum> prepared(const WordKernels& kernels, const CodesLayout& layout, std::span<const Number> weights) {
  ensure(product_of<Sum>(kernels, layout.codes) != nullptr, "only loops that know the codes are asked for them");
  const auto conv = std::make_shared<const CodesConv<Sum, Number>>(kernels, layout, weights);
  return {conv->workspace(), [conv](auto input, auto sums, auto workspace) { conv->run(input, sums, workspace); }};
}

template <class Number>
Buffer<std::uint32_t> packed(const CodesLayout& layout, TensorView<const Number, 4> planar) {
  const ConvShape& s = layout.shape;
  Buffer<std::uint32_t> words(static_cast<std::size_t>(layout.input_words()));
  for (std::int64_t n = 0; n < s.N; ++n) {
    for (std::int64_t c = 0; c < s.C; ++c) {
      const std::int64_t channel = c % s.group_C();
      const std::int64_t place = c / s.group_C() * layout.group_words() + channel / layout.form().channels;
      for (std::int64_t i = 0; i < s.H * s.W; ++i) {
        words[static_cast<std::size_t>((n * s.H * s.W + i) * layout.pixel_words() + place)] |=
            code_at(layout.codes, planar(n, c, i / s.W, i % s.W), channel);
      }
    }
  }
  return words;
}

/// The sum of `term(input, weight)` over the window of an output.
template <class Term>
std::int64_t sum_of_terms(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                          const Tensor<std::int8_t, 4>& weights, const Shape<4>& at, const Term& term) {
  const ConvShape& s = layout.shape;
  const std::int64_t outside = layout.form().is_signs ? 1 : 0;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < s.group_C() * s.R * s.S; ++i) {
    const std::int64_t c = i / (s.R * s.S);
    const std::int64_t r = i / s.S % s.R;
    const std::int64_t y = at[2] * s.stride_h + r * s.dilation_h - s.pad_top;
    const std::int64_t x = at[3] * s.stride_w + i % s.S * s.dilation_w - s.pad_left;
    const bool is_inside = y >= 0 && y < s.H && x >= 0 && x < s.W;
    sum += term(is_inside ? input(at[0], at[1] / s.group_M() * s.group_C() + c, y, x) : outside,
                weights(at[1], c, r, i % s.S));
  }
  return sum;
}

}  // namespace

bool has_product(const WordKernels& kernels, Codes codes) {
  return product_of<float>(kernels, codes) != nullptr || product_of<std::int32_t>(kernels, codes) != nullptr;
}

Verdict codes_can_run(const CodesLayout& layout) {
  constexpr std::int64_t largest = 255L * 128;
  const bool is_bytes = layout.form().channels == 4;
  const std::int64_t terms = layout.shape.group_C() * layout.shape.R * layout.shape.S;
  const std::int64_t most = std::numeric_limits<std::int32_t>::max() / (is_bytes ? largest : 2);
  if (terms > most) {
    return Verdict::no("a sum of " + std::to_string(terms) + " products may not fit 32 bits");
  }
  return Verdict::yes();
}

PreparedCodes prepare_codes(const WordKernels& kernels, const CodesLayout& layout,
                            std::span<const std::int8_t> weights) {
  return prepared<std::int32_t>(kernels, layout, weights);
}

PreparedWords<float> prepare_codes(const WordKernels& kernels, const CodesLayout& layout,
                                   std::span<const float> weights) {
  return prepared<float>(kernels, layout, weights);
}

std::int64_t code_sum(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                      const Tensor<std::int8_t, 4>& weights, const Shape<4>& at) {
  return sum_of_terms(layout, input, weights, at, [](std::int64_t x, std::int64_t w) { return x * w; });
}

std::int64_t shift_sum(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input,
                       const Tensor<std::int8_t, 4>& weights, const Shape<4>& at) {
  return sum_of_terms(layout, input, weights, at, [](std::int64_t x, std::int64_t w) {
    const std::int64_t shifted = w == 0 ? 0 : x << std::countr_zero(static_cast<std::uint64_t>(std::abs(w)));
    return w < 0 ? -shifted : shifted;
  });
}

double code_error_bound(const CodesLayout& layout) {
  const ConvShape& s = layout.shape;
  const bool is_real = layout.codes == Codes::Bfloat16 || layout.codes == Codes::FloatCodebook16;
  return is_real ? sum_error_bound(static_cast<double>(s.group_C() * s.R * s.S), float_roundoff) : 0.0;
}

Buffer<std::uint32_t> pack_codes(const CodesLayout& layout, TensorView<const std::int16_t, 4> planar) {
  return packed(layout, planar);
}

Buffer<std::uint32_t> pack_codes(const CodesLayout& layout, TensorView<const float, 4> planar) {
  return packed(layout, planar);
}

template <class Sum>
Tensor<Sum, 4> unpack_sums(const CodesLayout& layout, const Buffer<Sum>& sums) {
  const ConvShape& s = layout.shape;
  Tensor<Sum, 4> planar(s.output());
  const TensorView<const Sum, 4> blocked(std::span<const Sum>(sums),
                                         {s.N, s.P(), s.Q(), s.groups * layout.group_sums()});
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

template Tensor<std::int32_t, 4> unpack_sums(const CodesLayout&, const Buffer<std::int32_t>&);
template Tensor<float, 4> unpack_sums(const CodesLayout&, const Buffer<float>&);

}  // namespace pj
