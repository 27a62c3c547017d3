#include "pj/kernels/code_weights.hpp"

#include <algorithm>
#include <bit>

namespace pj {

namespace {

bool is_codebook(Codes codes) {
  return codes == Codes::Codebook16 || codes == Codes::Codebook4 || codes == Codes::FloatCodebook16;
}

/// The different values of all weights.
template <class Number>
std::array<Number, 16> codebook_of(std::span<const Number> numbers, std::size_t most) {
  std::vector<Number> values;
  for (const Number number : numbers) {
    const auto place = std::ranges::lower_bound(values, number);
    if (place == values.end() || *place != number) {
      values.insert(place, number);
      ensure(values.size() <= most, "weights of a codebook have as few values as it has places");
    }
  }
  std::array<Number, 16> codebook{};
  std::ranges::copy(values, codebook.begin());
  std::fill(codebook.begin() + static_cast<std::ptrdiff_t>(values.size()), codebook.end(), values.back());
  return codebook;
}

/// One weight as the bits of its code.
template <class Number>
std::uint32_t code_of(Codes codes, Number number, std::int64_t plane, const std::array<Number, 16>& codebook) {
  if (is_codebook(codes)) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(codebook, number) - codebook.begin());
  }
  if constexpr (std::is_same_v<Number, float>) {
    return to_bfloat16(number);
  } else {
    return codes == Codes::Bytes                     ? static_cast<std::uint8_t>(number)
           : (plane == 0 ? number < 0 : number != 0) ? 1U
                                                     : 0U;
  }
}

/// Places of a code in the words of a tap: word and shift.
struct CodePlace {
  std::int64_t word;
  int shift;
};
CodePlace place_of(const CodesForm& form, std::int64_t c, std::int64_t plane) {
  const std::int64_t input_word = c / form.channels;
  const std::int64_t channel_bits = 32 / form.channels;
  const std::int64_t step_bits = channel_bits / form.steps;
  return {input_word / form.steps * form.planes + plane,
          static_cast<int>(c % form.channels * channel_bits + input_word % form.steps * step_bits)};
}

/// What a sum begins with: of signs, agreeing ones are the terms that are not 0 minus the differing ones, twice.
template <class Number>
Buffer<std::int32_t> offsets_of(const CodesLayout& layout, TensorView<const Number, 4> weights) {
  const ConvShape& s = layout.shape;
  Buffer<std::int32_t> offsets(static_cast<std::size_t>(s.groups * layout.group_sums()));
  if (layout.form().is_signs) {
    const std::size_t terms = weights.elements().size() / static_cast<std::size_t>(s.M);
    for (std::int64_t m = 0; m < s.M; ++m) {
      const auto filter = weights.elements().subspan(static_cast<std::size_t>(m) * terms, terms);
      const auto zeros = layout.codes == Codes::Ternary ? std::ranges::count(filter, Number{}) : 0;
      offsets[static_cast<std::size_t>(m / s.group_M() * layout.group_sums() + m % s.group_M())] =
          static_cast<std::int32_t>(static_cast<std::int64_t>(terms) - zeros);
    }
  }
  return offsets;
}

template <class Number>
CodeWeights<Number> packed(const CodesLayout& layout, std::span<const Number> numbers) {
  const ConvShape& s = layout.shape;
  const CodesForm form = layout.form();
  const TensorView<const Number, 4> weights(numbers, s.weights());
  CodeWeights<Number> result;
  if (is_codebook(layout.codes)) {
    result.codebook = codebook_of(numbers, layout.codes == Codes::Codebook4 ? 4 : 16);
  }
  Tensor<std::uint32_t, 4> words({s.groups * layout.group_sums() / word_panel, s.R * s.S,
                                  layout.group_words() / form.steps * form.planes, word_panel});
  for (std::int64_t m = 0; m < s.M; ++m) {
    const std::int64_t sum = m / s.group_M() * layout.group_sums() + m % s.group_M();
    for (std::int64_t i = 0; i < s.group_C() * s.R * s.S * form.planes; ++i) {
      const std::int64_t c = i / form.planes / (s.R * s.S);
      const std::int64_t tap = i / form.planes % (s.R * s.S);
      const CodePlace place = place_of(form, c, i % form.planes);
      words(sum / word_panel, tap, place.word, sum % word_panel) |=
          code_of(layout.codes, weights(m, c, tap / s.S, tap % s.S), i % form.planes, result.codebook) << place.shift;
    }
  }
  result.words = {words.elements().begin(), words.elements().end()};
  result.offsets = offsets_of(layout, weights);
  return result;
}

}  // namespace

CodeWeights<std::int8_t> pack_weights(const CodesLayout& layout, std::span<const std::int8_t> numbers) {
  return packed(layout, numbers);
}

CodeWeights<float> pack_weights(const CodesLayout& layout, std::span<const float> numbers) {
  return packed(layout, numbers);
}

}  // namespace pj
