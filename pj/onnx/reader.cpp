#include "pj/onnx/reader.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/unknown_field_set.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/onnx/tensor_reader.hpp"

namespace pj {

namespace {

using Type = onnx::AttributeProto;

OnnxGraph read_graph(const onnx::GraphProto& proto, ModelSource& source);

/// IR version 1 has no `type`: the field that is filled says it.
Type::AttributeType type_of(const onnx::AttributeProto& proto) {
  if (proto.type() != Type::UNDEFINED) {
    return proto.type();
  }
  return proto.has_f()               ? Type::FLOAT
         : proto.has_i()             ? Type::INT
         : proto.has_s()             ? Type::STRING
         : proto.has_t()             ? Type::TENSOR
         : proto.has_g()             ? Type::GRAPH
         : proto.floats_size() > 0   ? Type::FLOATS
         : proto.ints_size() > 0     ? Type::INTS
         : proto.strings_size() > 0  ? Type::STRINGS
         : proto.has_sparse_tensor() ? Type::SPARSE_TENSOR
                                     : Type::UNDEFINED;
}

OnnxAttribute::Value read_value(const onnx::AttributeProto& proto, ModelSource& source) {
  switch (type_of(proto)) {
    case Type::FLOAT:
      return proto.f();
    case Type::INT:
      return std::int64_t{proto.i()};
    case Type::STRING:
      return proto.s();
    case Type::TENSOR:
      return read_tensor(proto.t(), source);
    case Type::SPARSE_TENSOR:
      return read_sparse_tensor(proto.sparse_tensor(), source);
    case Type::GRAPH:
      return std::make_shared<const OnnxGraph>(read_graph(proto.g(), source));
    case Type::FLOATS:
      return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case Type::INTS:
      return Sizes(proto.ints().begin(), proto.ints().end());
    case Type::STRINGS:
      return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    default:
      return {};
  }
}

OnnxNode read_node(const onnx::NodeProto& proto, ModelSource& source) {
  if (proto.op_type().empty()) {
    throw InputError({source.file}, "node '" + proto.name() + "' names no operator; the file is damaged");
  }
  OnnxNode node{.name = proto.name(), .domain = proto.domain(), .type = proto.op_type()};
  node.domain = node.domain == "ai.onnx" ? "" : node.domain;
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const auto& attribute : proto.attribute()) {
    OnnxAttribute value{read_value(attribute, source), attribute.ref_attr_name()};
    if (!node.attributes.emplace(attribute.name(), std::move(value)).second) {
      throw InputError({source.file}, "node '" + node.name + "' (" + node.type + "): attribute '" + attribute.name() +
                                          "' is there twice; keep one");
    }
  }
  return node;
}

OnnxDeclaration read_declaration(const onnx::ValueInfoProto& proto) {
  OnnxDeclaration declaration{.name = proto.name()};
  declaration.is_tensor = !proto.has_type() || proto.type().has_tensor_type();
  const auto& tensor = proto.type().tensor_type();
  declaration.element_type = tensor.elem_type();
  declaration.has_shape = tensor.has_shape();
  for (const auto& axis : tensor.shape().dim()) {
    declaration.shape.push_back({axis.has_dim_value() ? axis.dim_value() : -1, axis.dim_param()});
  }
  return declaration;
}

void read_tensors(const onnx::GraphProto& proto, ModelSource& source, OnnxGraph& graph) {
  for (const auto& tensor : proto.initializer()) {
    graph.initializers.push_back(read_tensor(tensor, source));
  }
  for (const auto& tensor : proto.sparse_initializer()) {
    graph.initializers.push_back(read_sparse_tensor(tensor, source));
  }
  for (const auto& annotation : proto.quantization_annotation()) {
    for (const auto& entry : annotation.quant_parameter_tensor_names()) {
      graph.annotations[annotation.tensor_name()][entry.key()] = entry.value();
    }
  }
}

OnnxGraph read_graph(const onnx::GraphProto& proto, ModelSource& source) {
  OnnxGraph graph{.name = proto.name()};
  for (const auto& input : proto.input()) {
    graph.inputs.push_back(read_declaration(input));
  }
  for (const auto& output : proto.output()) {
    graph.outputs.push_back(read_declaration(output));
  }
  for (const auto& node : proto.node()) {
    graph.nodes.push_back(read_node(node, source));
  }
  read_tensors(proto, source, graph);
  return graph;
}

template <class Field>
std::map<std::string, std::int64_t> read_opsets(const Field& field) {
  std::map<std::string, std::int64_t> opsets;
  for (const auto& opset : field) {
    opsets[opset.domain() == "ai.onnx" ? "" : opset.domain()] = opset.version();
  }
  return opsets;
}

/// Attributes with defaults are field 11 of FunctionProto (IR version 9), which older schemas do not name.
void read_defaults(const onnx::FunctionProto& proto, ModelSource& source, OnnxFunction& function) {
  constexpr int attribute_proto = 11;
  const auto& unknown = proto.unknown_fields();
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    onnx::AttributeProto attribute;
    if (field.number() == attribute_proto && field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED &&
        attribute.ParseFromString(field.length_delimited())) {
      function.defaults[attribute.name()] = {read_value(attribute, source), ""};
    }
  }
}

OnnxFunction read_function(const onnx::FunctionProto& proto, ModelSource& source) {
  OnnxFunction function{.domain = proto.domain(), .name = proto.name()};
  function.inputs.assign(proto.input().begin(), proto.input().end());
  function.outputs.assign(proto.output().begin(), proto.output().end());
  function.attributes.assign(proto.attribute().begin(), proto.attribute().end());
  for (const auto& node : proto.node()) {
    function.nodes.push_back(read_node(node, source));
  }
  read_defaults(proto, source, function);
  function.opsets = read_opsets(proto.opset_import());
  return function;
}

/// Parses with protobuf's own limits on nesting (100) and size (2 GiB); lengths in the bytes are checked against
/// what is there before anything is reserved.
template <class Proto>
bool parse(std::string_view bytes, Proto& proto) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  return proto.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

}  // namespace

OnnxModel read_model(std::string_view bytes, ModelSource source) {
  onnx::ModelProto proto;
  if (bytes.size() > 0x7FFFFFFFU || !parse(bytes, proto)) {
    throw InputError({source.file}, "is not an ONNX model or was cut off; export or download it again");
  }
  if (!proto.has_graph()) {
    throw InputError({source.file}, "is not an ONNX model: it has no graph; export or download it again");
  }
  OnnxModel model{.ir_version = proto.ir_version(), .opsets = read_opsets(proto.opset_import())};
  model.graph = read_graph(proto.graph(), source);
  for (const auto& function : proto.functions()) {
    model.functions.push_back(read_function(function, source));
  }
  for (const auto& entry : proto.metadata_props()) {
    model.metadata[entry.key()] = entry.value();
  }
  return model;
}

OnnxTensor read_tensor_file(const std::string& path) {
  onnx::TensorProto proto;
  if (!parse(read_file(path, std::int64_t{1} << 31), proto)) {
    throw InputError({path}, "is not a serialised ONNX tensor");
  }
  ModelSource source{.file = path};
  return read_tensor(proto, source);
}

}  // namespace pj
