#include "pj/kernels/conv_fft.hpp"
#include "pj/kernels/prepared.hpp"

namespace pj {

namespace {

/// What `conv` does to inputs that count, with weights that count only together with them.
template <class Conv>
OperationCount count_by_running(const ConvShape& shape, const Conv& conv, bool weights_are_kept) {
  OperationCount tally;
  Tensor<Counted, 4> input(shape.input());
  Tensor<Counted, 4> weights(shape.weights());
  Tensor<Counted, 4> output(shape.output());
  std::ranges::fill(input.elements(), Counted{1.0, &tally});
  std::ranges::fill(weights.elements(), Counted{1.0, weights_are_kept ? nullptr : &tally});
  conv(ConvOperands<Counted>{shape, input.view(), weights.view(), output.view()});
  return tally;
}

template <class Number>
void plain_im2col(const ConvOperands<Number>& conv) {
  conv_toeplitz(conv, matrix_product<Number>);
}

template <class Number>
void plain_strassen(const ConvOperands<Number>& conv) {
  const int levels = strassen_levels(toeplitz_product(conv.shape));
  conv_toeplitz(conv, [&](auto a, auto b, auto product) { strassen(a, b, product, levels, matrix_product<Number>); });
}

}  // namespace

OperationCount count_direct(const ConvShape& shape) {
  return count_by_running(shape, conv_direct<Counted>, true);
}

OperationCount count_im2col(const ConvShape& shape) {
  return count_by_running(shape, plain_im2col<Counted>, true);
}

void whole_im2col(const ConvOperands<WideInteger>& conv) {
  plain_im2col(conv);
}

OperationCount count_strassen(const ConvShape& shape) {
  return count_by_running(shape, plain_strassen<Counted>, false);
}

void whole_strassen(const ConvOperands<WideInteger>& conv) {
  plain_strassen(conv);
}

OperationCount count_winograd(const ConvShape& shape, int m, int r) {
  const auto conv = [&](const ConvOperands<Counted>& operands) { conv_winograd(operands, conv_cook_toom(m, r)); };
  return count_by_running(shape, conv, true);
}

void whole_winograd(const ConvOperands<WideInteger>& conv, int m, int r) {
  conv_winograd(conv, made_whole(conv_cook_toom(m, r)));
}

OperationCount count_fft(const ConvShape& shape) {
  const auto conv = [&](const ConvOperands<Counted>& operands) {
    conv_fft(operands, best_fft_plan(shape), {0, shape.group_C()}, [&](const Shape<4>& at, const Counted& response) {
      operands.output(at[0], at[1], at[2], at[3]) += response;
    });
  };
  return count_by_running(shape, conv, true);
}

void whole_fft(const ConvOperands<WideInteger>& conv) {
  const ConvShape& s = conv.shape;
  constexpr double largest_product = 0x1.0p30;  // of two numbers of 16 bits
  const FftPlan plan = best_fft_plan(s);
  const std::int64_t channels = exact_fft_channels(s, plan, largest_product);
  ensure(channels > 0, "the response to one channel is rounded right");
  const auto as_doubles = [](TensorView<const WideInteger, 4> numbers) {
    Tensor<double, 4> result(numbers.shape());
    std::ranges::transform(numbers.elements(), result.elements().begin(),
                           [](WideInteger number) { return static_cast<double>(number); });
    return result;
  };
  const Tensor<double, 4> input = as_doubles(conv.input);
  const Tensor<double, 4> weights = as_doubles(conv.weights);
  std::ranges::fill(conv.output.elements(), WideInteger{0});
  for (std::int64_t first = 0; first < s.group_C(); first += channels) {
    conv_fft(ConvOperands<double>{s, input.view(), weights.view(), {}}, plan,
             {first, std::min(first + channels, s.group_C())}, [&](const Shape<4>& at, double response) {
               conv.output(at[0], at[1], at[2], at[3]) += static_cast<WideInteger>(std::llround(response));
             });
  }
}

}  // namespace pj
