#include "pj/kernels/prepared.hpp"

namespace pj {

PreparedConv prepare_winograd(const ConvShape& shape, std::span<const float> weights, int m, int r) {
  return {.run = [=, f = cook_toom(m, r), kept = Buffer<float>(weights.begin(), weights.end())](auto input, auto output,
                                                                                                auto) {
    conv_winograd(
        ConvOperands<float>{
            shape, {input, shape.input()}, {std::span<const float>(kept), shape.weights()}, {output, shape.output()}},
        f);
  }};
}

}  // namespace pj
