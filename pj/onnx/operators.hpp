#pragma once

#include <span>
#include <string>
#include <vector>

#include "pj/onnx/node_import.hpp"

namespace pj {

/// Adds to the network what one ONNX node computes, and returns the values of its outputs, in order.
using Convert = std::vector<ValueId> (*)(NodeImport& node);

/// One operator of ONNX: its row says how it is read. The standard domain's name is empty.
struct OperatorRow {
  const char* domain;
  const char* name;
  Convert convert;
};

// The tables, by topic; operators.cpp walks them all.
std::span<const OperatorRow> convolution_operators();
std::span<const OperatorRow> product_operators();
std::span<const OperatorRow> pointwise_operators();
std::span<const OperatorRow> normalization_operators();
std::span<const OperatorRow> shape_operators();
std::span<const OperatorRow> resize_operators();
std::span<const OperatorRow> selection_operators();
std::span<const OperatorRow> reduction_operators();
std::span<const OperatorRow> constant_operators();
std::span<const OperatorRow> quantization_operators();
std::span<const OperatorRow> recurrent_operators();
std::span<const OperatorRow> control_operators();
std::span<const OperatorRow> attention_operators();
std::span<const OperatorRow> einsum_operators();
std::span<const OperatorRow> own_operators();

/// The row of an operator, or null.
const OperatorRow* find_operator(const std::string& domain, const std::string& name);

/// Throws `InputError` that names an operator which cannot be read, and those with similar names.
[[noreturn]] void refuse_operator(const OnnxNode& node, const ImportState& state);

}  // namespace pj
