#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/data/bytes.hpp"
#include "pj/data/idx.hpp"
#include "pj/data/npy.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/calls.hpp"
#include "pj/onnx/reader.hpp"

namespace pj {

namespace {

/// `FILE#3` as the file and 3.
struct FilePart {
  std::string file;
  std::optional<std::int64_t> element;
};

FilePart split_part(const std::string& text) {
  const std::size_t at = text.rfind('#');
  if (at == std::string::npos || std::filesystem::exists(text)) {
    return {text, std::nullopt};
  }
  return {text.substr(0, at), parse_integer(text.substr(at + 1), "the element of " + text.substr(0, at))};
}

/// Element i of the first axis.
Constant element_of(const Constant& all, std::int64_t i) {
  const auto bytes = static_cast<std::ptrdiff_t>(all.bytes.size()) / std::max<std::int64_t>(all.shape[0], 1);
  const auto begin = all.bytes.begin() + i * bytes;
  return {all.format, {all.shape.begin() + 1, all.shape.end()}, {begin, begin + bytes}};
}

/// Two axes of bytes may be a grey picture.
SampleData as_sample(const Constant& tensor, bool is_idx) {
  const bool is_picture = is_idx && tensor.shape.size() == 2 && tensor.format == NumberFormat::fixed(8, false);
  if (!is_picture) {
    return tensor;
  }
  Image image{static_cast<int>(tensor.shape[0]), static_cast<int>(tensor.shape[1]), 1, {}};
  for (const std::byte pixel : tensor.bytes) {
    image.pixels.push_back(std::to_integer<std::uint8_t>(pixel));
  }
  return image;
}

InputSeries once(Constant operand) {
  const auto shared = std::make_shared<const Constant>(std::move(operand));
  return {1, [shared](std::int64_t) { return *shared; }};
}

/// A number that fills an input of one element.
std::optional<Constant> number_for(const std::string& text, const Value& input) {
  double number = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = fault == std::errc{} && end == text.data() + text.size();
  if (!is_number || element_count(input.shape) != 1 || !is_computable(input.format)) {
    return std::nullopt;
  }
  return tensor_of({input.shape, input.format}, std::vector<double>{number});
}

/// A tensor in whatever kind of file; pictures are not for here.
Constant read_tensor(const std::string& bytes, const std::string& file) {
  if (is_idx(bytes)) {
    return parse_idx(bytes, file);
  }
  if (bytes.starts_with("\x93NUMPY")) {
    return parse_npy(bytes, file);
  }
  if (!file.ends_with(".pb")) {
    throw InputError({file}, "is no picture and no tensor; give PNG, JPEG, BMP, PGM, PPM, .npy, .pb or IDX");
  }
  const OnnxTensor tensor = read_tensor_file(file);
  if (tensor.data == nullptr) {
    throw InputError({file}, "has no elements that can be read");
  }
  return *tensor.data;
}

Constant chosen_element(const Constant& tensor, std::int64_t element, const std::string& file) {
  const std::int64_t size = tensor.shape.empty() ? 0 : tensor.shape[0];
  if (element < 0 || element >= size) {
    throw InputError({file}, "has no element " + std::to_string(element) + "; its first axis has " +
                                 std::to_string(size) + (size > 0 ? ", counted from 0" : ""));
  }
  return element_of(tensor, element);
}

}  // namespace

InputSeries load_input(const std::string& text, const Value& input, const Preprocessing& options) {
  if (auto number = number_for(text, input)) {
    return once(std::move(*number));
  }
  const FilePart part = split_part(text);
  const std::string bytes = read_data(part.file);
  if (is_image(bytes)) {
    return once(prepared(decode_image(bytes, part.file), input, options));
  }
  const bool idx = is_idx(bytes);
  Constant tensor = read_tensor(bytes, part.file);
  if (part.element) {
    tensor = chosen_element(tensor, *part.element, part.file);
  }
  const std::int64_t count = element_count(tensor.shape);
  const std::int64_t wanted = element_count(input.shape);
  const bool is_series = count != wanted && !tensor.shape.empty() && tensor.shape[0] > 0 &&
                         count % tensor.shape[0] == 0 && count / tensor.shape[0] == wanted;
  if (!is_series) {
    return once(prepared(as_sample(tensor, idx), input, options));
  }
  const auto all = std::make_shared<const Constant>(std::move(tensor));
  return {all->shape[0], [all, input, options, idx](std::int64_t call) {
            return prepared(as_sample(element_of(*all, call), idx), input, options);
          }};
}

}  // namespace pj
