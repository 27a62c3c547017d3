#include "pj/onnx/import.hpp"

#include <filesystem>
#include <set>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/annotations.hpp"
#include "pj/onnx/inputs.hpp"
#include "pj/onnx/operators.hpp"
#include "pj/onnx/reader.hpp"

namespace pj {

namespace {

constexpr std::int64_t newest_opset = 23;
constexpr std::int64_t largest_file = (std::int64_t{1} << 31) - 1;  // protobuf's limit
constexpr std::int64_t most_inlined_nodes = 100000;
constexpr int most_nested_calls = 32;

/// A value gets the name that the file gives it; where it is not the outermost graph's, one that is still free.
void name_value(Scope& scope, ValueId id, const std::string& name) {
  Value& value = scope.draft().value(id);
  value.name = scope.is_outermost() ? name : scope.state().value_names.unique(scope.prefix + name);
  apply_annotations(scope, value, name);
}

void bind_outputs(Scope& scope, const OnnxNode& node, const std::vector<ValueId>& results, std::size_t first_new) {
  std::set<ValueId> named;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) {
      continue;
    }
    if (i >= results.size()) {
      throw InputError("its output " + std::to_string(i) + " '" + node.outputs[i] + "' cannot be read; this operator " +
                       "gives " + std::to_string(results.size()));
    }
    if (results[i] >= first_new && named.insert(results[i]).second) {
      name_value(scope, results[i], node.outputs[i]);
    }
    scope.bind(node.outputs[i], results[i]);
  }
}

/// The call's attributes; those that refer to an enclosing call's take its values.
std::map<std::string, const OnnxAttribute*> call_attributes(const Scope& scope, const OnnxNode& call,
                                                            const OnnxFunction& function) {
  std::map<std::string, const OnnxAttribute*> attributes;
  for (const auto& [name, attribute] : function.defaults) {
    attributes[name] = &attribute;
  }
  for (const auto& [name, attribute] : call.attributes) {
    if (attribute.reference.empty()) {
      attributes[name] = &attribute;
    } else if (scope.attributes != nullptr && scope.attributes->contains(attribute.reference)) {
      attributes[name] = scope.attributes->at(attribute.reference);
    }
  }
  return attributes;
}

/// A call of a model-local function: its body becomes part of the network.
std::vector<ValueId> inline_function(Scope& scope, const OnnxNode& call, const OnnxFunction& function) {
  scope.state().inlined_nodes += static_cast<std::int64_t>(function.nodes.size());
  if (scope.depth >= most_nested_calls || scope.state().inlined_nodes > most_inlined_nodes) {
    throw InputError("its functions call each other too deep or grow to more than " + grouped(most_inlined_nodes) +
                     " nodes; inline them when exporting");
  }
  const NodeImport arguments(scope, call);
  const auto attributes = call_attributes(scope, call, function);
  Scope body(scope.state(), scope.draft());
  body.depth = scope.depth + 1;
  body.prefix = scope.prefix + (call.name.empty() ? function.name : call.name) + "/";
  body.attributes = &attributes;
  body.opsets = scope.opsets;
  for (const auto& [domain, version] : function.opsets) {
    body.opsets[domain] = version;
  }
  for (std::size_t i = 0; i < function.inputs.size(); ++i) {
    body.bind(function.inputs[i], arguments.optional_input(i));
  }
  import_nodes(body, function.nodes);
  std::vector<ValueId> results;
  for (const std::string& output : function.outputs) {
    const auto id = body.find(output);
    if (!id || *id == no_value) {
      throw InputError("its function makes no value '" + output + "'");
    }
    results.push_back(*id);
  }
  return results;
}

std::vector<ValueId> convert(Scope& scope, const OnnxNode& node) {
  if (node.outputs.empty()) {
    throw InputError("it has no outputs; the file is damaged");
  }
  const auto function = scope.state().functions.find({node.domain, node.type});
  const bool is_own = node.domain == "picojoule";
  if (function != scope.state().functions.end() && !is_own) {
    return inline_function(scope, node, *function->second);
  }
  const OperatorRow* row = find_operator(node.domain, node.type);
  if (row == nullptr) {
    refuse_operator(node, scope.state());
  }
  NodeImport import(scope, node);
  return row->convert(import);
}

void import_node(Scope& scope, const OnnxNode& node) {
  try {
    const std::size_t first_new = scope.draft().value_count();
    bind_outputs(scope, node, convert(scope, node), first_new);
  } catch (const InputError& fault) {
    throw InputError(node_place(node) + ": " + fault.what());
  }
}

void check_opset(const OnnxModel& model) {
  const auto entry = model.opsets.find("");
  const std::int64_t version = entry == model.opsets.end() ? 1 : entry->second;
  if (version < 1 || version > newest_opset) {
    throw InputError("uses operator set " + std::to_string(version) + "; sets 1 to " + std::to_string(newest_opset) +
                     " can be read: convert it with onnx.version_converter");
  }
}

/// All names of the outermost graph: what import adds must differ from them.
void take_names(NameSet& names, const OnnxGraph& graph) {
  for (const OnnxDeclaration& input : graph.inputs) {
    names.take(input.name);
  }
  for (const OnnxTensor& weight : graph.initializers) {
    names.take(weight.name);
  }
  for (const OnnxNode& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      names.take(output);
    }
  }
}

Network import_model(const OnnxModel& model, const std::string& file, const OnnxOptions& options) {
  check_opset(model);
  ImportState state{.model = model, .options = options, .file = file};
  for (const OnnxFunction& function : model.functions) {
    state.functions.emplace(std::pair(function.domain, function.name), &function);
  }
  take_names(state.value_names, model.graph);
  state.folds = !model.metadata.contains(exact_metadata);
  Draft draft(state.value_names, state.folds);
  Scope scope(state, draft);
  scope.opsets = model.opsets;
  scope.annotations = &model.graph.annotations;
  const std::vector<ValueId> inputs = import_inputs(scope, model.graph);
  import_initializers(scope, model.graph);
  import_nodes(scope, model.graph.nodes);
  const std::vector<ValueId> outputs = output_values(scope, model.graph.outputs);
  const std::string stem = std::filesystem::path(file).stem().string();
  return draft.finish(model.graph.name.empty() ? stem : model.graph.name, inputs, outputs);
}

}  // namespace

std::string node_place(const OnnxNode& node) {
  return "node '" + own_name(node) + "' (" + node.type + ")";
}

void import_initializers(Scope& scope, const OnnxGraph& graph) {
  for (const OnnxTensor& tensor : graph.initializers) {
    if (scope.binds(tensor.name)) {
      throw InputError("the weight '" + tensor.name + "' is there twice; give every weight a name of its own");
    }
    const ValueId id = scope.draft().constant(tensor.name, tensor.shape, tensor.format, tensor.data);
    name_value(scope, id, tensor.name);
    scope.bind(tensor.name, id);
  }
}

void import_nodes(Scope& scope, const std::vector<OnnxNode>& nodes) {
  for (const OnnxNode* node : in_order(nodes)) {
    import_node(scope, *node);
  }
}

std::vector<ValueId> output_values(Scope& scope, const std::vector<OnnxDeclaration>& outputs) {
  std::vector<ValueId> values;
  std::set<std::string> names;
  for (const OnnxDeclaration& output : outputs) {
    const auto id = scope.find(output.name);
    if (!id || *id == no_value) {
      throw InputError("the output '" + output.name + "' is made by no node; the file is damaged");
    }
    if (!names.insert(output.name).second) {
      throw InputError("the output '" + output.name + "' is listed twice; list each output once");
    }
    values.push_back(*id);
    if (scope.is_outermost() && scope.draft().value(*id).name != output.name) {
      values.back() = scope.draft().add(output.name, Activation{.kind = Activation::Kind::Identity}, {*id}).front();
      scope.draft().value(values.back()).name = output.name;
    }
  }
  return values;
}

Network parse_onnx(std::string_view bytes, const std::string& file, const OnnxOptions& options) {
  const OnnxModel model =
      read_model(bytes, {.file = file, .load_data = options.load_data, .generated_limit = options.generated_limit});
  try {
    return import_model(model, file, options);
  } catch (const InputError& fault) {
    throw InputError({file}, fault.what());
  }
}

Network import_onnx(const std::string& path, const OnnxOptions& options) {
  return parse_onnx(read_file(path, largest_file), path, options);
}

}  // namespace pj
