#include "pj/onnx/operators.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

std::vector<std::span<const OperatorRow>> tables() {
  return {convolution_operators(), product_operators(), pointwise_operators(), normalization_operators(),
          shape_operators(),       resize_operators(),  selection_operators(), reduction_operators(),
          constant_operators(),    control_operators(), recurrent_operators(), quantization_operators(),
          attention_operators(),   einsum_operators(),  own_operators()};
}

}  // namespace

const OperatorRow* find_operator(const std::string& domain, const std::string& name) {
  for (const auto& table : tables()) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const OperatorRow& candidate) {
      return name == candidate.name && domain == candidate.domain;
    });
    if (row != table.end()) {
      return &*row;
    }
  }
  return nullptr;
}

void refuse_operator(const OnnxNode& node, const ImportState& state) {
  std::vector<std::string> known;
  for (const OnnxOperator& candidate : onnx_operators()) {
    if (candidate.domain == node.domain) {
      known.push_back(candidate.name);
    }
  }
  for (const auto& [key, function] : state.functions) {
    if (key.first == node.domain) {
      known.push_back(key.second);
    }
  }
  const std::string which = "'" + node.type + "'" + (node.domain.empty() ? "" : " of domain '" + node.domain + "'");
  const std::string near = nearest(node.type.substr(0, 200), known);
  throw InputError("the operator " + which + " cannot be read" +
                   (known.empty()  ? "; nothing of its domain is known"
                    : near.empty() ? "; docs/onnx.md lists those that can"
                                   : "; did you mean '" + near + "'?"));
}

std::vector<OnnxOperator> onnx_operators() {
  std::vector<OnnxOperator> operators;
  for (const auto& table : tables()) {
    for (const OperatorRow& row : table) {
      operators.push_back({row.domain, row.name});
    }
  }
  std::sort(operators.begin(), operators.end(), [](const OnnxOperator& a, const OnnxOperator& b) {
    return std::tie(a.domain, a.name) < std::tie(b.domain, b.name);
  });
  return operators;
}

}  // namespace pj
