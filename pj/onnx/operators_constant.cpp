#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/operators.hpp"
#include "pj/onnx/reader.hpp"

namespace pj {

namespace {

std::vector<ValueId> tensor_value(NodeImport& node, const OnnxTensor& tensor) {
  return {node.scope().draft().constant(node.node().outputs.at(0), tensor.shape, tensor.format, tensor.data)};
}

std::vector<ValueId> convert_constant(NodeImport& node) {
  for (const char* attribute : {"value", "sparse_value"}) {
    if (const OnnxTensor* tensor = node.tensor(attribute)) {
      return tensor_value(node, *tensor);
    }
  }
  if (node.has("value_int")) {
    return {node.constant(whole_scalar(node.integer("value_int")))};
  }
  if (node.has("value_ints")) {
    return {node.constant(whole_list(node.integers("value_ints")))};
  }
  if (node.has("value_float")) {
    return {node.number(static_cast<double>(node.real("value_float", 0.0F)), NumberFormat::float32(), "")};
  }
  if (node.has("value_floats")) {
    const std::vector<float> reals = node.reals("value_floats");
    const std::vector<double> numbers(reals.begin(), reals.end());
    return {node.constant(constant_of(NumberFormat::float32(), {static_cast<std::int64_t>(numbers.size())}, numbers))};
  }
  throw InputError("it has no value that can be read; known: value, sparse_value, value_int(s), value_float(s)");
}

/// Every element the same. Small ones and, within the limit, weights get their elements.
Constant filled(const Constant& element, const Sizes& shape, std::size_t count) {
  Constant result{element.format, shape, std::vector<std::byte>(count * element.bytes.size())};
  const std::size_t width = element.bytes.size();
  const bool is_zero =
      std::all_of(element.bytes.begin(), element.bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
  for (std::size_t i = 0; i < count && !is_zero; ++i) {
    std::memcpy(result.bytes.data() + i * width, element.bytes.data(), width);
  }
  return result;
}

std::vector<ValueId> convert_constant_of_shape(NodeImport& node) {
  const Sizes shape = node.known_integers(0, "shape");
  const OnnxTensor* value = node.tensor("value");
  const double zero = 0.0;
  const Constant element = value != nullptr && value->data != nullptr
                               ? *value->data
                               : constant_of(NumberFormat::float32(), {1}, std::span(&zero, 1));
  if (element_count(element.shape) != 1) {
    throw InputError("its value has the shape " + shape_text(element.shape) + "; it must be one element");
  }
  const std::int64_t count = element_count(shape);
  ImportState& state = node.scope().state();
  const auto bytes = checked_product(count, static_cast<std::int64_t>(element.bytes.size()));
  const bool is_small = count <= small_constant;
  const bool fits = bytes && *bytes <= state.options.generated_limit - state.generated;
  if (!fits || (!is_small && !state.options.load_data)) {
    return {node.scope().draft().constant(node.node().outputs.at(0), shape, element.format, nullptr)};
  }
  state.generated += *bytes;
  return {node.constant(filled(element, shape, static_cast<std::size_t>(count)))};
}

std::vector<ValueId> convert_shape(NodeImport& node) {
  const Sizes& shape = node.shape(0);
  const std::int64_t rank = node.rank(0);
  const auto position = [&](std::int64_t given) {
    return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  const std::int64_t start = position(node.integer("start", 0));
  const std::int64_t end = std::max(position(node.integer("end", rank)), start);
  return {node.constant(whole_list(Sizes(shape.begin() + start, shape.begin() + end)))};
}

std::vector<ValueId> convert_size(NodeImport& node) {
  return {node.constant(whole_scalar(element_count(node.shape(0))))};
}

std::vector<ValueId> convert_range(NodeImport& node) {
  const double start = node.known_real(0, "start");
  const double limit = node.known_real(1, "limit");
  const double step = node.known_real(2, "step");
  const double count = std::ceil((limit - start) / step);
  if (!std::isfinite(count) || count > static_cast<double>(small_constant)) {
    throw InputError("its range has " + std::to_string(count) + " elements; at most " + std::to_string(small_constant) +
                     " can be read");
  }
  node.reserve({std::max<std::int64_t>(static_cast<std::int64_t>(count), 0)}, node.format(0));
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    numbers.push_back(start + static_cast<double>(i) * step);
  }
  return {node.constant(constant_of(node.format(0), {static_cast<std::int64_t>(numbers.size())}, numbers))};
}

std::vector<ValueId> convert_eye_like(NodeImport& node) {
  const Sizes shape = node.shape(0);
  if (shape.size() != 2 || element_count(shape) > (std::int64_t{1} << 24)) {
    throw InputError("its input is " + shape_text(shape) + "; it must be a matrix of at most 2^24 elements");
  }
  const NumberFormat format = node.has("dtype") ? element_type(node.integer("dtype")).format : node.format(0);
  const std::int64_t diagonal = node.integer("k", 0);
  node.reserve(shape, format);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(element_count(shape)), 0);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    numbers[i] = place % shape[1] - place / shape[1] == diagonal;
  }
  return {node.constant(constant_of(format, shape, std::span<const std::int64_t>(numbers)))};
}

/// The indices of the elements that are not zero, one row an axis; known for constants only.
std::vector<ValueId> convert_non_zero(NodeImport& node) {
  const std::vector<double> numbers = node.known_reals(0, "input");
  const Sizes shape = node.shape(0);
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != 0.0) {
      places.push_back(static_cast<std::int64_t>(i));
    }
  }
  const auto count = static_cast<std::int64_t>(places.size());
  node.reserve({node.rank(0), count}, NumberFormat::fixed(64));
  std::vector<std::int64_t> indices;
  std::int64_t inner = element_count(shape);
  for (const std::int64_t size : shape) {
    inner = size == 0 ? 1 : inner / size;
    for (const std::int64_t place : places) {
      indices.push_back(place / inner % size);
    }
  }
  return {node.constant(constant_of(NumberFormat::fixed(64), {static_cast<std::int64_t>(shape.size()), count},
                                    std::span<const std::int64_t>(indices)))};
}

constexpr std::array constant_rows{
    OperatorRow{"", "Constant", convert_constant}, OperatorRow{"", "ConstantOfShape", convert_constant_of_shape},
    OperatorRow{"", "Shape", convert_shape},       OperatorRow{"", "Size", convert_size},
    OperatorRow{"", "Range", convert_range},       OperatorRow{"", "EyeLike", convert_eye_like},
    OperatorRow{"", "NonZero", convert_non_zero},
};

}  // namespace

std::span<const OperatorRow> constant_operators() {
  return constant_rows;
}

}  // namespace pj
