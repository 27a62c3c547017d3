#include "pj/integers/integer_layer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"

namespace pj {

namespace {

using WholeNumbers = std::vector<std::int64_t>;

constexpr NumberFormat wide = NumberFormat::fixed(64);

/// The operand with what stands for 0 as 0.
Constant centred(const Constant& tensor, const IntegerLayer::Operand& operand) {
  WholeNumbers numbers = numbers_of<std::int64_t>(tensor);
  const bool is_one = operand.zeros.size() == 1;
  const std::int64_t stride = is_one ? 1 : strides_of(tensor.shape)[operand.axis];
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] -= operand.zeros[is_one ? 0 : i / static_cast<std::size_t>(stride) % operand.zeros.size()];
  }
  return tensor_of({tensor.shape, wide}, numbers);
}

std::vector<Constant> centred(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  std::vector<Constant> tensors;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    tensors.push_back(centred(*operands[i], layer.operands[i]));
  }
  return tensors;
}

/// What the layer computes of whole numbers of 64 bits.
Constant executed(const Layer& layer, const std::vector<Constant>& operands) {
  std::vector<const Constant*> pointers;
  for (const Constant& operand : operands) {
    pointers.push_back(&operand);
  }
  return execute(layer, pointers).front();
}

/// The index along `axis` of each element.
std::size_t channel_of(const Sizes& shape, std::size_t axis, std::size_t i) {
  return i / static_cast<std::size_t>(strides_of(shape)[axis]) % static_cast<std::size_t>(shape[axis]);
}

WholeNumbers products(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  const Constant sums = executed(layer.layer, centred(layer, operands));
  WholeNumbers numbers = numbers_of<std::int64_t>(sums);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t m =
        layer.bias.empty() && layer.results.size() == 1 ? 0 : channel_of(sums.shape, layer.channel_axis, i);
    const std::int64_t sum = numbers[i] + (layer.bias.empty() ? 0 : layer.bias[m]);
    numbers[i] = requantized(sum, layer.results[layer.results.size() == 1 ? 0 : m]);
  }
  return numbers;
}

WholeNumbers terms(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  std::vector<Constant> tensors = centred(layer, operands);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    WholeNumbers numbers = numbers_of<std::int64_t>(tensors[i]);
    for (std::int64_t& number : numbers) {
      number *= layer.terms.multipliers[i];
    }
    tensors[i] = tensor_of({tensors[i].shape, wide}, numbers);
  }
  WholeNumbers sums = numbers_of<std::int64_t>(executed(layer.layer, tensors));
  const Requantization& to = layer.results.front();
  for (std::int64_t& sum : sums) {
    sum = std::clamp(rounded_shift(sum, layer.terms.shift) + to.zero, to.low, to.high);
  }
  return sums;
}

/// A window's sums are those of a convolution with ones; so are its numbers of elements, over a map of ones.
WholeNumbers averages(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  const auto& pooling = std::get<Pooling>(layer.layer);
  std::vector<Constant> tensors = centred(layer, operands);
  const Sizes shape = tensors.front().shape;
  const Sizes map(shape.begin() + 2, shape.end());
  Sizes filters{shape[1], 1};
  const Sizes& kernel = pooling.kernel.empty() ? map : pooling.kernel;
  filters.insert(filters.end(), kernel.begin(), kernel.end());
  const auto ones = [](const Sizes& of) {
    return tensor_of({of, wide}, WholeNumbers(static_cast<std::size_t>(element_count(of)), 1));
  };
  const Convolution window{pooling.stride, pooling.dilation, pooling.pad_begin, pooling.pad_end, shape[1]};
  tensors.push_back(ones(filters));
  WholeNumbers sums = numbers_of<std::int64_t>(executed(window, tensors));
  const WholeNumbers counts = numbers_of<std::int64_t>(executed(window, {ones(shape), ones(filters)}));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t count = pooling.count_padding ? layer.results.size() : static_cast<std::size_t>(counts[i]);
    sums[i] = requantized(sums[i], layer.results[std::max<std::size_t>(count, 1) - 1]);
  }
  return sums;
}

WholeNumbers maxima(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  WholeNumbers numbers = numbers_of<std::int64_t>(executed(layer.layer, centred(layer, operands)));
  for (std::int64_t& number : numbers) {
    number = requantized(number, layer.results.front());
  }
  return numbers;
}

WholeNumbers joined(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  std::vector<Constant> tensors = centred(layer, operands);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    WholeNumbers numbers = numbers_of<std::int64_t>(tensors[i]);
    for (std::int64_t& number : numbers) {
      number = requantized(number, layer.results[i]);
    }
    tensors[i] = tensor_of({tensors[i].shape, wide}, numbers);
  }
  return numbers_of<std::int64_t>(executed(layer.layer, tensors));
}

/// Dequantized, computed and quantized as the plain executor does it.
WholeNumbers responses(const IntegerLayer& layer, const Constant& operand) {
  const auto real = [](double number) { return constant_of(NumberFormat::float32(), {}, std::span(&number, 1)); };
  const Constant input_scale = real(layer.input_scale);
  const Constant result_scale = real(layer.result_scale);
  const Constant zero = tensor_of({{}, operand.format}, layer.operands[0].zeros);
  const Constant reals = execute(Dequantize{}, std::vector{&operand, &input_scale, &zero}).front();
  const Constant found = execute(layer.layer, std::vector{&reals}).front();
  const Requantization& to = layer.results.front();
  WholeNumbers numbers;
  for (const float number : numbers_of<float>(found)) {
    const auto steps = static_cast<double>(number / static_cast<float>(layer.result_scale));
    const double whole = std::nearbyint(steps) + static_cast<double>(to.zero);
    numbers.push_back(
        static_cast<std::int64_t>(std::clamp(whole, static_cast<double>(to.low), static_cast<double>(to.high))));
  }
  return numbers;
}

WholeNumbers looked_up(const IntegerLayer& layer, const Constant& operand) {
  WholeNumbers numbers = numbers_of<std::int64_t>(operand);
  for (std::int64_t& number : numbers) {
    number = layer.table[static_cast<std::size_t>(number - layer.table_first)];
  }
  return numbers;
}

WholeNumbers computed(const IntegerLayer& layer, std::span<const Constant* const> operands) {
  switch (layer.kind) {
    case IntegerLayer::Kind::Products:
      return products(layer, operands);
    case IntegerLayer::Kind::Terms:
      return terms(layer, operands);
    case IntegerLayer::Kind::Average:
      return averages(layer, operands);
    case IntegerLayer::Kind::Maximum:
      return maxima(layer, operands);
    case IntegerLayer::Kind::Join:
      return joined(layer, operands);
    case IntegerLayer::Kind::Response:
      return responses(layer, *operands.front());
    case IntegerLayer::Kind::Table:
      return looked_up(layer, *operands.front());
    case IntegerLayer::Kind::Move:
      break;
  }
  return numbers_of<std::int64_t>(executed(layer.layer, {*operands.front()}));
}

}  // namespace

IntegerRange integer_range(const NumberFormat& format) {
  const std::int64_t half = std::int64_t{1} << (format.bits - 1);
  return format.is_signed ? IntegerRange{-half, half - 1} : IntegerRange{0, 2 * half - 1};
}

Constant compute_plainly(const IntegerLayer& layer, std::span<const Constant* const> operands,
                         const TensorType& result) {
  return tensor_of(result, computed(layer, operands));
}

double largest_sum(const IntegerLayer& products, const NumberFormat& input, const Constant& weights) {
  const IntegerRange range = integer_range(input);
  const std::int64_t zero = products.operands[0].zeros.front();
  const auto largest = static_cast<double>(std::max(range.high - zero, zero - range.low));
  const auto numbers = numbers_of<std::int64_t>(centred(weights, products.operands[1]));
  // A filter is what one index of the first axis has; of other products all weights together are a bound.
  const auto* conv = std::get_if<Convolution>(&products.layer);
  const bool has_filters = std::holds_alternative<FullyConnected>(products.layer) || (conv && !conv->transposed);
  const std::size_t filters = has_filters ? static_cast<std::size_t>(std::max<std::int64_t>(weights.shape[0], 1)) : 1;
  std::vector<double> sums(filters);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    sums[i / (numbers.size() / filters)] += std::abs(static_cast<double>(numbers[i]));
  }
  double bias = 0.0;
  for (const std::int64_t number : products.bias) {
    bias = std::max(bias, std::abs(static_cast<double>(number)));
  }
  return *std::max_element(sums.begin(), sums.end()) * largest + bias;
}

int sum_bits(double largest) {
  return largest < 0x1.0p31 ? 32 : largest < 0x1.0p62 ? 64 : 0;
}

}  // namespace pj
