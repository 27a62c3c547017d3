#include "pj/onnx/export.hpp"

namespace pj {

namespace {

OnnxAttribute passed_on(const std::string& name) {
  return {std::int64_t{0}, name};
}

/// x is flattened to a matrix, multiplied by the transposed weights, and the bias is added.
OnnxFunction fully_connected_body() {
  OnnxNode flatten{.name = "flatten", .type = "Flatten", .inputs = {"x"}, .outputs = {"rows"}};
  flatten.attributes["axis"] = attribute(std::int64_t{1});
  OnnxNode gemm{.name = "product", .type = "Gemm", .inputs = {"rows", "w", "b"}, .outputs = {"y"}};
  gemm.attributes["transB"] = flag(true);
  return {.name = "FullyConnected", .inputs = {"x", "w", "b"}, .outputs = {"y"}, .nodes = {flatten, gemm}};
}

OnnxFunction swish_body() {
  const OnnxNode gate{.name = "gate", .type = "Sigmoid", .inputs = {"x"}, .outputs = {"s"}};
  const OnnxNode product{.name = "product", .type = "Mul", .inputs = {"x", "s"}, .outputs = {"y"}};
  return {.name = "Swish", .inputs = {"x"}, .outputs = {"y"}, .nodes = {gate, product}};
}

/// Softmax as it was before opset 13: over all axes from `axis` on.
OnnxFunction flattened_softmax_body(const std::string& softmax) {
  OnnxNode flatten{.name = "flatten", .type = "Flatten", .inputs = {"x"}, .outputs = {"rows"}};
  flatten.attributes["axis"] = passed_on("axis");
  OnnxNode function{.name = "function", .type = softmax, .inputs = {"rows"}, .outputs = {"result"}};
  function.attributes["axis"] = attribute(std::int64_t{-1});
  const OnnxNode shape{.name = "shape", .type = "Shape", .inputs = {"x"}, .outputs = {"sizes"}};
  const OnnxNode reshape{.name = "reshape", .type = "Reshape", .inputs = {"result", "sizes"}, .outputs = {"y"}};
  return {.name = "Flattened" + softmax,
          .inputs = {"x"},
          .outputs = {"y"},
          .attributes = {"axis"},
          .nodes = {flatten, function, shape, reshape}};
}

}  // namespace

std::vector<OnnxFunction> own_functions(const ExportState& state) {
  std::vector<OnnxFunction> functions;
  for (OnnxFunction body : {fully_connected_body(), swish_body(), flattened_softmax_body("Softmax"),
                            flattened_softmax_body("LogSoftmax")}) {
    if (state.functions.contains(body.name)) {
      body.domain = "picojoule";
      body.opsets = {{"", state.needed}};
      functions.push_back(std::move(body));
    }
  }
  return functions;
}

}  // namespace pj
