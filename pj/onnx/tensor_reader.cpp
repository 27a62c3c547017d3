#include "pj/onnx/tensor_reader.hpp"

#include <onnx/onnx_pb.h>

#include <cstring>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/external_data.hpp"

namespace pj {

namespace {

std::size_t packed_bytes(std::size_t count, const ElementType& type) {
  return (count * type.bits + 7) / 8;
}

[[noreturn]] void wrong_count(std::int64_t there, const char* what, const Sizes& shape) {
  throw InputError("has " + grouped(there) + " " + what + ", which do not fill its shape " + shape_text(shape) +
                   "; the file is damaged or was cut off");
}

/// Raw data as elements of whole bytes: ONNX packs two 4-bit elements into a byte, the lower half first.
std::vector<std::byte> unpacked(std::string_view raw, std::size_t count, const ElementType& type) {
  const auto* bytes = reinterpret_cast<const std::byte*>(raw.data());
  if (type.bits != 4) {
    return {bytes, bytes + raw.size()};
  }
  std::vector<std::byte> elements(count);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned half = (std::to_integer<unsigned>(bytes[i / 2]) >> (i % 2 == 0 ? 0 : 4)) & 0xFU;
    const bool negative = type.format.kind == NumberFormat::Kind::Fixed && type.format.is_signed && half >= 8;
    elements[i] = static_cast<std::byte>(negative ? half | 0xF0U : half);
  }
  return elements;
}

/// The elements of a typed field (int32_data, float_data, …), each narrowed to the element's own bytes.
template <class Field>
std::vector<std::byte> narrowed(const Field& field, const Sizes& shape, std::size_t count, const ElementType& type) {
  const std::size_t entries = type.bits == 4 ? (count + 1) / 2 : count;
  if (static_cast<std::size_t>(field.size()) != entries) {
    wrong_count(field.size(), "elements", shape);
  }
  const std::size_t width = type.bits == 4 ? 1 : type.bits / 8;
  std::string raw(entries * width, '\0');
  for (std::size_t i = 0; i < entries; ++i) {
    const auto element = field.Get(static_cast<int>(i));  // little-endian: the low bytes come first
    std::memcpy(raw.data() + i * width, &element, width);
  }
  return unpacked(raw, count, type);
}

std::vector<std::byte> typed_elements(const onnx::TensorProto& proto, const Sizes& shape, std::size_t count,
                                      const ElementType& type) {
  switch (type.code) {
    case onnx::TensorProto::FLOAT:
      return narrowed(proto.float_data(), shape, count, type);
    case onnx::TensorProto::DOUBLE:
      return narrowed(proto.double_data(), shape, count, type);
    case onnx::TensorProto::INT64:
      return narrowed(proto.int64_data(), shape, count, type);
    case onnx::TensorProto::UINT32:
    case onnx::TensorProto::UINT64:
      return narrowed(proto.uint64_data(), shape, count, type);
    default:
      return narrowed(proto.int32_data(), shape, count, type);
  }
}

std::vector<std::byte> elements(const onnx::TensorProto& proto, const Sizes& shape, std::size_t count,
                                const ElementType& type) {
  if (!proto.has_raw_data()) {
    return typed_elements(proto, shape, count, type);
  }
  if (proto.raw_data().size() != packed_bytes(count, type)) {
    wrong_count(static_cast<std::int64_t>(proto.raw_data().size()), "bytes", shape);
  }
  return unpacked(proto.raw_data(), count, type);
}

ExternalData external_data(const onnx::TensorProto& proto) {
  ExternalData data;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") {
      data.location = entry.value();
    } else if (entry.key() == "offset") {
      data.offset = parse_integer(entry.value(), "external data offset");
    } else if (entry.key() == "length") {
      data.length = parse_integer(entry.value(), "external data length");
    }
  }
  return data;
}

std::shared_ptr<const Constant> constant(const OnnxTensor& tensor, std::vector<std::byte> bytes) {
  return std::make_shared<const Constant>(Constant{tensor.format, tensor.shape, std::move(bytes)});
}

OnnxTensor read_checked(const onnx::TensorProto& proto, ModelSource& source) {
  const ElementType& type = element_type(proto.data_type());
  OnnxTensor tensor{.name = proto.name(), .format = type.format, .shape = {proto.dims().begin(), proto.dims().end()}};
  const std::int64_t elements_wanted = element_count(tensor.shape);
  if (elements_wanted > (std::int64_t{1} << 56)) {
    throw InputError("has the shape " + shape_text(tensor.shape) + ", more than any memory holds");
  }
  const auto count = static_cast<std::size_t>(elements_wanted);
  const bool wanted = source.load_data || elements_wanted <= small_constant;
  if (type.format.kind == NumberFormat::Kind::Text) {
    return tensor;
  }
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    const auto raw = read_external(external_data(proto), source.file, packed_bytes(count, type), wanted);
    tensor.data = raw ? constant(tensor, unpacked(*raw, count, type)) : nullptr;
  } else if (wanted) {
    tensor.data = constant(tensor, elements(proto, tensor.shape, count, type));
  }
  return tensor;
}

/// Indices of a sparse tensor as positions in the dense one: ONNX gives positions or one coordinate per axis.
std::vector<std::int64_t> positions(const OnnxTensor& indices, const Sizes& shape, std::size_t count) {
  std::vector<std::int64_t> numbers(indices.data ? indices.data->bytes.size() / sizeof(std::int64_t) : 0);
  if (indices.format != NumberFormat::fixed(64) ||
      (numbers.size() != count && numbers.size() != count * shape.size())) {
    throw InputError("is sparse and has " + grouped(static_cast<std::int64_t>(numbers.size())) + " int64 indices for " +
                     grouped(static_cast<std::int64_t>(count)) + " values");
  }
  std::memcpy(numbers.data(), indices.data->bytes.data(), indices.data->bytes.size());
  if (indices.shape.size() < 2) {
    return numbers;
  }
  std::vector<std::int64_t> flat(count, 0);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::int64_t size = shape[i % shape.size()];
    if (numbers[i] < 0 || numbers[i] >= size) {
      throw InputError("is sparse and has an index outside its shape " + shape_text(shape));
    }
    flat[i / shape.size()] = flat[i / shape.size()] * size + numbers[i];
  }
  return flat;
}

OnnxTensor densified(const onnx::SparseTensorProto& proto, ModelSource& source) {
  const OnnxTensor values = read_tensor(proto.values(), source);
  const OnnxTensor indices = read_tensor(proto.indices(), source);
  OnnxTensor tensor{.name = values.name, .format = values.format, .shape = {proto.dims().begin(), proto.dims().end()}};
  const std::int64_t count = element_count(tensor.shape);
  const auto width = static_cast<std::size_t>(stored_bytes(tensor.format));
  if (!values.data || (!source.load_data && count > small_constant)) {
    return tensor;
  }
  if (width == 0 || count > source.generated_limit / static_cast<std::int64_t>(width)) {
    throw InputError("is sparse with the shape " + shape_text(tensor.shape) + ", too large to be read");
  }
  source.generated_limit -= count * static_cast<std::int64_t>(width);
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * width);
  const auto places = positions(indices, tensor.shape, values.data->bytes.size() / width);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0 || places[i] >= count) {
      throw InputError("is sparse and has an index outside its shape " + shape_text(tensor.shape));
    }
    std::memcpy(bytes.data() + static_cast<std::size_t>(places[i]) * width, values.data->bytes.data() + i * width,
                width);
  }
  tensor.data = constant(tensor, std::move(bytes));
  return tensor;
}

}  // namespace

OnnxTensor read_tensor(const onnx::TensorProto& proto, ModelSource& source) {
  try {
    return read_checked(proto, source);
  } catch (const InputError& fault) {
    throw InputError({source.file}, "tensor '" + proto.name() + "': " + fault.what());
  }
}

OnnxTensor read_sparse_tensor(const onnx::SparseTensorProto& proto, ModelSource& source) {
  try {
    return densified(proto, source);
  } catch (const InputError& fault) {
    const std::string message = fault.what();
    const bool placed = message.starts_with(source.file);
    throw placed ? InputError(message)
                 : InputError({source.file}, "tensor '" + proto.values().name() + "': " + message);
  }
}

}  // namespace pj
