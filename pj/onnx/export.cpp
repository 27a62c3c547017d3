#include "pj/onnx/export.hpp"

#include <algorithm>
#include <cstring>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/shapes.hpp"
#include "pj/onnx/annotations.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/onnx/writer.hpp"

namespace pj {

namespace {

constexpr std::int64_t fill_from = 4096;  // equal elements from which on ConstantOfShape says them shorter

/// The IR version that came with an operator set (onnx/docs/Versioning.md).
std::int64_t ir_version(std::int64_t opset) {
  return opset <= 18 ? 8 : opset <= 20 ? 9 : opset <= 22 ? 10 : 11;
}

void annotate(GraphExport& out, ValueId id, const NumberFormat& understood) {
  const Value& value = out.network.values[id];
  if (value.format != understood) {
    out.graph.annotations[out.names[id]][format_annotation] = to_string(value.format);
  }
  if (value.storage != Storage{}) {
    out.graph.annotations[out.names[id]][storage_annotation] = to_string(value.storage);
  }
}

OnnxDeclaration declared(GraphExport& out, ValueId id) {
  const Value& value = out.network.values[id];
  const ElementType& type = carrier_type(value.format, value.data != nullptr);
  out.state.needed = std::max(out.state.needed, type.opset);
  OnnxDeclaration declaration{.name = out.names[id], .has_shape = true, .element_type = type.code};
  for (const std::int64_t size : value.shape) {
    declaration.shape.push_back({size, ""});
  }
  return declaration;
}

bool is_uniform(const Constant& constant) {
  const auto width = static_cast<std::size_t>(stored_bytes(constant.format));
  const auto& bytes = constant.bytes;
  return bytes.size() > width && std::memcmp(bytes.data(), bytes.data() + width, bytes.size() - width) == 0;
}

/// Many equal elements are written as ConstantOfShape; reading gives them back.
void export_filled(GraphExport& out, ValueId id) {
  const Value& value = out.network.values[id];
  const auto width = static_cast<std::ptrdiff_t>(stored_bytes(value.format));
  const NumberFormat format = carrier_type(value.format, true).format;
  Constant element{format, {1}, {value.data->bytes.begin(), value.data->bytes.begin() + width}};
  const std::string shape = out.state.names.unique(out.names[id] + "/shape");
  out.graph.initializers.push_back({shape,
                                    NumberFormat::fixed(64),
                                    {static_cast<std::int64_t>(value.shape.size())},
                                    std::make_shared<const Constant>(whole_list(value.shape))});
  OnnxNode node{.name = out.names[id], .type = "ConstantOfShape", .inputs = {shape}, .outputs = {out.names[id]}};
  node.attributes["value"] =
      attribute(OnnxTensor{"value", format, {1}, std::make_shared<const Constant>(std::move(element))});
  out.graph.nodes.push_back(std::move(node));
}

/// Weights of branches stand in the outermost graph, where all branches see them.
void export_constant(GraphExport& out, ValueId id) {
  const Value& value = out.network.values[id];
  if (value.format.kind == NumberFormat::Kind::Text) {
    throw InputError("the constant '" + value.name + "' holds texts, which cannot be written");
  }
  GraphExport outer{out.state, out.network, *out.state.outermost, out.names, {}};
  out.state.constants.emplace(out.names[id], &value);
  const ElementType& type = carrier_type(value.format, value.data != nullptr);
  out.state.needed = std::max(out.state.needed, type.opset);
  annotate(outer, id, type.format);
  if (value.data != nullptr && element_count(value.shape) >= fill_from && is_uniform(*value.data)) {
    export_filled(outer, id);
  } else {
    outer.graph.initializers.push_back({out.names[id], value.format, value.shape, value.data});
  }
}

void export_node(GraphExport& out, const Node& node) {
  std::vector<const Value*> operands;
  bool is_weight = true;
  for (const ValueId id : node.inputs) {
    operands.push_back(id == no_value ? nullptr : &out.network.values[id]);
    is_weight = is_weight && (id == no_value || out.is_weight[id]);
  }
  NodeExport writer(out, node);
  std::visit([&](const auto& layer) { export_layer(writer, layer); }, node.layer);
  const auto types = infer(node.layer, operands);
  ensure(types.size() == node.outputs.size(), "a node has the outputs that its layer makes");
  for (std::size_t i = 0; i < types.size(); ++i) {
    out.is_weight[node.outputs[i]] = is_weight;
    annotate(out, node.outputs[i], types[i].format);
  }
}

void export_nodes(GraphExport& out) {
  for (const Node& node : out.network.nodes) {
    try {
      export_node(out, node);
    } catch (const InputError& fault) {
      throw InputError("node '" + node.name + "' (" + kind_name(node.layer) + "): " + fault.what());
    }
  }
}

/// Names for all values: their own, made different where they are not.
GraphExport begun(ExportState& state, const Network& network, OnnxGraph& graph) {
  GraphExport out{state, network, graph, {}, {}};
  for (const Value& value : network.values) {
    out.is_weight.push_back(value.is_constant);
    out.names.push_back(value.name);
  }
  graph.name = network.name.empty() ? "network" : network.name;
  return out;
}

void export_outputs(GraphExport& out) {
  for (const ValueId id : out.network.outputs) {
    out.graph.outputs.push_back(declared(out, id));
  }
}

OnnxModel attempt(const Network& network, ExportState& state) {
  OnnxModel model;
  state.outermost = &model.graph;
  GraphExport out = begun(state, network, model.graph);
  for (std::string& name : out.names) {
    name = state.names.unique(name.empty() ? "value" : name);
  }
  for (const ValueId id : network.inputs) {
    model.graph.inputs.push_back(declared(out, id));
    annotate(out, id, carrier_type(network.values[id].format, false).format);
  }
  for (ValueId id = 0; id < network.values.size(); ++id) {
    if (network.values[id].is_constant) {
      export_constant(out, id);
    }
  }
  export_nodes(out);
  export_outputs(out);
  model.opsets[""] = state.needed;
  for (const std::string& domain : state.domains) {
    model.opsets[domain] = 1;
  }
  model.ir_version = ir_version(state.needed);
  model.metadata[exact_metadata] = "layers are as in the network; computing on constants in advance would change it";
  model.functions = own_functions(state);
  return model;
}

}  // namespace

std::shared_ptr<const OnnxGraph> export_branch(ExportState& state, const Network& branch,
                                               const std::vector<std::string>& outer_names) {
  auto graph = std::make_shared<OnnxGraph>();
  GraphExport out = begun(state, branch, *graph);
  for (std::size_t i = 0; i < branch.inputs.size(); ++i) {
    out.names[branch.inputs[i]] = outer_names.at(i);
  }
  for (ValueId id = 0; id < branch.values.size(); ++id) {
    const Value& value = branch.values[id];
    const bool is_input = std::find(branch.inputs.begin(), branch.inputs.end(), id) != branch.inputs.end();
    const auto written = state.constants.find(value.name);
    const bool is_outer = value.is_constant && written != state.constants.end() && *written->second == value;
    if (!is_input && !is_outer) {
      out.names[id] = state.names.unique(value.name.empty() ? "value" : value.name);
    }
    if (value.is_constant && !is_outer) {
      export_constant(out, id);
    }
  }
  export_nodes(out);
  export_outputs(out);
  return graph;
}

void NodeExport::need(std::int64_t opset) {
  out_.state.needed = std::max(out_.state.needed, opset);
}

void NodeExport::write_in(const std::string& domain, const std::string& type, Attributes attributes) {
  OnnxNode written{.name = node_.name, .domain = domain, .type = type, .attributes = std::move(attributes)};
  for (std::size_t i = 0; i < node_.inputs.size(); ++i) {
    written.inputs.push_back(input(i));
  }
  for (const ValueId id : node_.outputs) {
    written.outputs.push_back(out_.names[id]);
  }
  if (!domain.empty()) {
    out_.state.domains.insert(domain);
  }
  out_.graph.nodes.push_back(std::move(written));
}

void NodeExport::write(const std::string& type, Attributes attributes) {
  write_in("", type, std::move(attributes));
}

void NodeExport::write(const std::string& type, std::vector<std::string> inputs, Attributes attributes) {
  write_in("", type, std::move(attributes));
  out_.graph.nodes.back().inputs = std::move(inputs);
}

void NodeExport::write_own(const std::string& type, Attributes attributes) {
  write_in("picojoule", type, std::move(attributes));
  out_.state.functions.insert(type);
}

std::string NodeExport::constant(const std::string& part, Constant constant) {
  const std::string name = out_.state.names.unique(node_.name + "/" + part);
  const NumberFormat format = constant.format;
  const Sizes shape = constant.shape;
  out_.state.outermost->initializers.push_back(
      {name, format, shape, std::make_shared<const Constant>(std::move(constant))});
  return name;
}

std::string NodeExport::integers(const std::string& part, const Sizes& numbers) {
  return constant(part, whole_list(numbers));
}

std::string NodeExport::number(const std::string& part, float number, const NumberFormat& format) {
  const auto value = static_cast<double>(number);
  return constant(part, constant_of(carrier_type(format, false).format, {}, std::span(&value, 1)));
}

std::string onnx_bytes(const Network& network) {
  ExportState first;
  OnnxModel model = attempt(network, first);
  if (first.needed > first.opset) {
    // Some operators are written differently in the later set that one layer needs.
    ExportState second{.opset = first.needed, .needed = first.needed};
    model = attempt(network, second);
  }
  return write_model(model);
}

void export_onnx(const Network& network, const std::string& path) {
  write_file(path, onnx_bytes(network));
}

}  // namespace pj
