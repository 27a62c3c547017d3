#include "pj/kernels/random_codes.hpp"

#include <algorithm>
#include <array>

namespace pj {

namespace {

/// Bytes to choose weights from.
std::vector<std::int8_t> chosen_values(Rng& rng, Codes codes, WeightValues values) {
  if (!values.empty()) {
    return {values.begin(), values.end()};
  }
  if (form_of(codes).is_signs) {
    return codes == Codes::Ternary ? std::vector<std::int8_t>{-1, 0, 1} : std::vector<std::int8_t>{-1, 1};
  }
  if (codes == Codes::Bytes) {
    std::vector<std::int8_t> all;
    for (int value = -128; value < 128; ++value) {
      all.push_back(static_cast<std::int8_t>(value));
    }
    return all;
  }
  std::vector<std::int8_t> some(codes == Codes::Codebook4 ? 4 : 16);
  std::ranges::generate(some, [&] { return static_cast<std::int8_t>(rng.between(-128, 127)); });
  return some;
}

}  // namespace

float random_in_unit(Rng& rng) {
  return static_cast<float>(2.0 * rng.uniform() - 1.0);
}

WholeOperands random_whole_codes(Rng& rng, const CodesLayout& layout, WeightValues values) {
  WholeOperands operands{layout, Tensor<std::int16_t, 4>(layout.shape.input()),
                         Tensor<std::int8_t, 4>(layout.shape.weights())};
  const bool is_signs = layout.form().is_signs;
  std::ranges::generate(operands.input.elements(), [&] {
    return static_cast<std::int16_t>(is_signs ? 2 * rng.between(0, 1) - 1 : rng.between(0, 255));
  });
  const std::vector<std::int8_t> chosen = chosen_values(rng, layout.codes, values);
  std::ranges::generate(operands.weights.elements(), [&] {
    return chosen[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(chosen.size()) - 1))];
  });
  return operands;
}

RealOperands random_real_codes(Rng& rng, const CodesLayout& layout) {
  RealOperands operands{layout, Tensor<float, 4>(layout.shape.input()), Tensor<float, 4>(layout.shape.weights())};
  std::array<float, 16> codebook{};
  std::ranges::generate(codebook, [&] { return random_in_unit(rng); });
  const bool is_bfloat16 = layout.codes == Codes::Bfloat16;
  const auto rounded = [&](float number) { return is_bfloat16 ? from_bfloat16(to_bfloat16(number)) : number; };
  std::ranges::generate(operands.input.elements(), [&] { return rounded(random_in_unit(rng)); });
  std::ranges::generate(operands.weights.elements(), [&] {
    return is_bfloat16 ? rounded(random_in_unit(rng)) : codebook[static_cast<std::size_t>(rng.between(0, 15))];
  });
  return operands;
}

}  // namespace pj
