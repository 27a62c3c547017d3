#include "pj/onnx/inputs.hpp"

#include <algorithm>
#include <set>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/annotations.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/onnx.hpp"

namespace pj {

namespace {

using Symbols = std::map<std::string, std::int64_t>;

/// The sizes that the options and the batch give to symbols: one symbol has one size throughout the graph.
Symbols known_symbols(const std::vector<const OnnxDeclaration*>& inputs, const OnnxOptions& options) {
  Symbols symbols;
  for (const OnnxDeclaration* input : inputs) {
    const auto given = options.input_shapes.find(input->name);
    for (std::size_t i = 0; given != options.input_shapes.end() && i < input->shape.size(); ++i) {
      if (input->shape[i].size < 0 && i < given->second.size()) {
        symbols.emplace(input->shape[i].symbol, given->second[i]);
      }
    }
  }
  for (const OnnxDeclaration* input : inputs) {
    if (!input->shape.empty() && input->shape[0].size < 0) {
      symbols.emplace(input->shape[0].symbol, options.batch);
    }
  }
  symbols.erase("");
  return symbols;
}

/// `x=1,3,?,?` with what is known of the shape.
std::string example(const OnnxDeclaration& input, const Symbols& symbols, std::int64_t batch) {
  std::vector<std::string> sizes;
  for (const OnnxAxis& axis : input.shape) {
    const auto symbol = symbols.find(axis.symbol);
    const bool is_first = &axis == input.shape.data();
    sizes.push_back(axis.size >= 0            ? std::to_string(axis.size)
                    : symbol != symbols.end() ? std::to_string(symbol->second)
                    : is_first                ? std::to_string(batch)
                                              : "?");
  }
  return input.name + "=" + (sizes.empty() ? "1,3,224,224" : join(sizes, ","));
}

Sizes resolved_shape(const OnnxDeclaration& input, const Symbols& symbols, const OnnxOptions& options) {
  if (const auto given = options.input_shapes.find(input.name); given != options.input_shapes.end()) {
    return given->second;
  }
  if (!input.has_shape) {
    throw InputError("input '" + input.name + "' has no shape; give one, as in --input-shape " +
                     example(input, symbols, options.batch));
  }
  Sizes shape;
  for (const OnnxAxis& axis : input.shape) {
    if (axis.size < -1) {
      throw InputError("input '" + input.name + "' has the size " + std::to_string(axis.size) + " along axis " +
                       std::to_string(shape.size()) + "; give its shape, as in --input-shape " +
                       example(input, symbols, options.batch));
    }
    const auto symbol = symbols.find(axis.symbol);
    const bool is_open_batch = shape.empty() && axis.symbol.empty();
    if (axis.size < 0 && symbol == symbols.end() && !is_open_batch) {
      const std::string name = axis.symbol.empty() ? "" : " ('" + axis.symbol + "')";
      throw InputError("input '" + input.name + "' leaves axis " + std::to_string(shape.size()) + name +
                       " open; give its size, as in --input-shape " + example(input, symbols, options.batch));
    }
    shape.push_back(axis.size >= 0 ? axis.size : symbol != symbols.end() ? symbol->second : options.batch);
  }
  return shape;
}

void check_option_names(const std::vector<const OnnxDeclaration*>& inputs, const OnnxOptions& options) {
  std::vector<std::string> names;
  for (const OnnxDeclaration* input : inputs) {
    names.push_back(input->name);
  }
  for (const auto& [name, shape] : options.input_shapes) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw InputError("has no input '" + name + "'" + did_you_mean(name, names));
    }
  }
}

ValueId import_input(Scope& scope, const OnnxDeclaration& input, const Symbols& symbols) {
  const OnnxOptions& options = scope.state().options;
  if (const auto value = options.input_values.find(input.name); value != options.input_values.end()) {
    const Constant& data = *value->second;
    return scope.draft().constant(input.name, data.shape, data.format, value->second);
  }
  if (!input.is_tensor) {
    throw InputError("input '" + input.name + "' is a sequence, map or optional; only tensors can be read");
  }
  const NumberFormat format = element_type(input.element_type).format;
  const ValueId id = scope.draft().input(input.name, resolved_shape(input, symbols, options), format);
  apply_annotations(scope, scope.draft().value(id), input.name);
  return id;
}

}  // namespace

std::vector<ValueId> import_inputs(Scope& scope, const OnnxGraph& graph) {
  std::set<std::string> weights;
  for (const OnnxTensor& tensor : graph.initializers) {
    weights.insert(tensor.name);
  }
  std::vector<const OnnxDeclaration*> inputs;
  for (const OnnxDeclaration& input : graph.inputs) {
    if (!weights.contains(input.name)) {
      inputs.push_back(&input);
    }
  }
  check_option_names(inputs, scope.state().options);
  const Symbols symbols = known_symbols(inputs, scope.state().options);
  std::vector<ValueId> values;
  for (const OnnxDeclaration* input : inputs) {
    const ValueId id = import_input(scope, *input, symbols);
    scope.bind(input->name, id);
    if (!scope.draft().value(id).is_constant) {
      values.push_back(id);
    }
  }
  return values;
}

std::pair<std::string, Sizes> parse_input_shape(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw InputError("the input shape '" + std::string(text) + "' has no name; write it as in input=1,3,224,224");
  }
  Sizes shape;
  for (const std::string& size : split(text.substr(equals + 1), ',')) {
    shape.push_back(parse_integer(trimmed(size), "the size"));
    if (shape.back() < 1) {
      throw InputError("the input shape '" + std::string(text) + "' has a size below 1; write it as in " +
                       std::string(text.substr(0, equals)) + "=1,3,224,224");
    }
  }
  return {std::string(text.substr(0, equals)), shape};
}

}  // namespace pj
