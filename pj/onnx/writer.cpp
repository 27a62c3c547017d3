#include "pj/onnx/writer.hpp"

#include <onnx/onnx_pb.h>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/element_types.hpp"

namespace pj {

namespace {

constexpr std::size_t largest_written = (std::size_t{1} << 31) - (std::size_t{1} << 20);  // leaves room for the graph

void write_graph(const OnnxGraph& graph, onnx::GraphProto& proto);

/// 4-bit elements are packed two to a byte, the first in the lower half.
std::string packed(const std::vector<std::byte>& bytes) {
  std::string raw((bytes.size() + 1) / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned half = std::to_integer<unsigned>(bytes[i]) & 0xFU;
    raw[i / 2] = static_cast<char>(static_cast<unsigned char>(raw[i / 2]) | half << (i % 2 == 0 ? 0 : 4));
  }
  return raw;
}

void write_external(onnx::TensorProto& proto) {
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  auto* entry = proto.add_external_data();
  entry->set_key("location");
  entry->set_value(unknown_elements);
}

void write_tensor(const OnnxTensor& tensor, onnx::TensorProto& proto) {
  const ElementType& type = carrier_type(tensor.format, tensor.data != nullptr);
  proto.set_name(tensor.name);
  proto.set_data_type(type.code);
  for (const std::int64_t size : tensor.shape) {
    proto.add_dims(size);
  }
  if (tensor.data == nullptr) {
    write_external(proto);
  } else if (type.bits == 4) {
    proto.set_raw_data(packed(tensor.data->bytes));
  } else {
    proto.set_raw_data(tensor.data->bytes.data(), tensor.data->bytes.size());
  }
}

/// Sets the field and the type of an attribute, one overload for each kind of value.
struct AttributeWriter {
  onnx::AttributeProto& proto;

  void operator()(std::monostate) const {}
  void operator()(std::int64_t value) const {
    proto.set_type(onnx::AttributeProto::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(onnx::AttributeProto::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(onnx::AttributeProto::STRING);
    proto.set_s(value);
  }
  void operator()(const Sizes& values) const {
    proto.set_type(onnx::AttributeProto::INTS);
    proto.mutable_ints()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<float>& values) const {
    proto.set_type(onnx::AttributeProto::FLOATS);
    proto.mutable_floats()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<std::string>& values) const {
    proto.set_type(onnx::AttributeProto::STRINGS);
    for (const std::string& value : values) {
      proto.add_strings(value);
    }
  }
  void operator()(const OnnxTensor& tensor) const {
    proto.set_type(onnx::AttributeProto::TENSOR);
    write_tensor(tensor, *proto.mutable_t());
  }
  void operator()(const std::shared_ptr<const OnnxGraph>& graph) const {
    proto.set_type(onnx::AttributeProto::GRAPH);
    write_graph(*graph, *proto.mutable_g());
  }
};

void write_node(const OnnxNode& node, onnx::NodeProto& proto) {
  proto.set_name(node.name);
  proto.set_op_type(node.type);
  if (!node.domain.empty()) {
    proto.set_domain(node.domain);
  }
  for (const std::string& input : node.inputs) {
    proto.add_input(input);
  }
  for (const std::string& output : node.outputs) {
    proto.add_output(output);
  }
  for (const auto& [name, attribute] : node.attributes) {
    auto& field = *proto.add_attribute();
    field.set_name(name);
    std::visit(AttributeWriter{field}, attribute.value);
    if (!attribute.reference.empty()) {
      field.set_ref_attr_name(attribute.reference);
    }
  }
}

void write_declaration(const OnnxDeclaration& declaration, onnx::ValueInfoProto& proto) {
  proto.set_name(declaration.name);
  auto& tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(declaration.element_type);
  auto& shape = *tensor.mutable_shape();
  for (const OnnxAxis& axis : declaration.shape) {
    auto& dimension = *shape.add_dim();
    if (axis.size == -1) {
      dimension.set_dim_param(axis.symbol);
    } else {
      dimension.set_dim_value(axis.size);
    }
  }
}

void write_graph(const OnnxGraph& graph, onnx::GraphProto& proto) {
  proto.set_name(graph.name);
  for (const OnnxNode& node : graph.nodes) {
    write_node(node, *proto.add_node());
  }
  for (const OnnxTensor& tensor : graph.initializers) {
    write_tensor(tensor, *proto.add_initializer());
  }
  for (const OnnxDeclaration& input : graph.inputs) {
    write_declaration(input, *proto.add_input());
  }
  for (const OnnxDeclaration& output : graph.outputs) {
    write_declaration(output, *proto.add_output());
  }
  for (const auto& [tensor, entries] : graph.annotations) {
    auto& annotation = *proto.add_quantization_annotation();
    annotation.set_tensor_name(tensor);
    for (const auto& [key, value] : entries) {
      auto& entry = *annotation.add_quant_parameter_tensor_names();
      entry.set_key(key);
      entry.set_value(value);
    }
  }
}

template <class Proto>
void write_opsets(const std::map<std::string, std::int64_t>& opsets, Proto& proto) {
  for (const auto& [domain, version] : opsets) {
    auto& opset = *proto.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }
}

void write_function(const OnnxFunction& function, onnx::FunctionProto& proto) {
  proto.set_domain(function.domain);
  proto.set_name(function.name);
  for (const std::string& input : function.inputs) {
    proto.add_input(input);
  }
  for (const std::string& output : function.outputs) {
    proto.add_output(output);
  }
  for (const std::string& attribute : function.attributes) {
    proto.add_attribute(attribute);
  }
  for (const OnnxNode& node : function.nodes) {
    write_node(node, *proto.add_node());
  }
  write_opsets(function.opsets, proto);
}

void check_size(const OnnxGraph& graph) {
  std::size_t bytes = 0;
  for (const OnnxTensor& tensor : graph.initializers) {
    bytes += tensor.data == nullptr ? 0 : tensor.data->bytes.size();
  }
  if (bytes > largest_written) {
    throw InputError("the network's weights take " + grouped(static_cast<std::int64_t>(bytes)) +
                     " bytes and an ONNX file holds 2^31; quantise them, or export the network without elements");
  }
}

}  // namespace

std::string write_tensor_file(const OnnxTensor& tensor) {
  if (tensor.data != nullptr && tensor.data->bytes.size() > largest_written) {
    throw InputError("tensor '" + tensor.name +
                     "' takes more than the 2 GiB that a protobuf file holds; write it as .npy");
  }
  onnx::TensorProto proto;
  write_tensor(tensor, proto);
  return proto.SerializeAsString();
}

std::string write_model(const OnnxModel& model) {
  check_size(model.graph);
  onnx::ModelProto proto;
  proto.set_ir_version(model.ir_version);
  proto.set_producer_name("picojoule");
  write_opsets(model.opsets, proto);
  write_graph(model.graph, *proto.mutable_graph());
  for (const OnnxFunction& function : model.functions) {
    write_function(function, *proto.add_functions());
  }
  for (const auto& [key, value] : model.metadata) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  return proto.SerializeAsString();
}

}  // namespace pj
