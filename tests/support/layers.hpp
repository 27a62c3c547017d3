#pragma once

#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/network/shapes.hpp"
#include "tests/support/fault.hpp"

namespace pj {

/// Shape inference for operands that are given by shape and number format.
inline std::vector<TensorType> types_of(const Layer& layer, const std::vector<TensorType>& operands) {
  std::vector<Value> values;
  for (const TensorType& operand : operands) {
    values.push_back({.shape = operand.shape, .format = operand.format});
  }
  std::vector<const Value*> pointers;
  for (const Value& value : values) {
    pointers.push_back(&value);
  }
  return infer(layer, pointers);
}

/// The shapes of all outputs for float32 operands.
inline std::vector<Sizes> shapes_of(const Layer& layer, const std::vector<Sizes>& operands) {
  std::vector<TensorType> types;
  for (const Sizes& shape : operands) {
    types.push_back({shape, {}});
  }
  std::vector<Sizes> shapes;
  for (const TensorType& type : types_of(layer, types)) {
    shapes.push_back(type.shape);
  }
  return shapes;
}

/// The shape of the one output for float32 operands.
inline Sizes shape_of(const Layer& layer, const std::vector<Sizes>& operands) {
  const std::vector<Sizes> shapes = shapes_of(layer, operands);
  ensure(shapes.size() == 1, "shape_of is for layers with one output");
  return shapes.front();
}

/// The message with which float32 operands are refused, or `accepted`.
inline std::string refusal(const Layer& layer, const std::vector<Sizes>& operands) {
  return input_fault([&] { shapes_of(layer, operands); }, "accepted");
}

}  // namespace pj
