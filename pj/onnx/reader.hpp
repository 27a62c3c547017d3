#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pj/onnx/model.hpp"

namespace pj {

/// Constants of at most so many elements are always kept: shapes may depend on them.
constexpr std::int64_t small_constant = 65536;

/// Where a model comes from and how much of it is wanted.
struct ModelSource {
  std::string file;       ///< names the source in errors; external data lie in its folder
  bool load_data = true;  ///< false: elements of large tensors are left out
  std::int64_t generated_limit = std::int64_t{1} << 30;  ///< bytes that sparse tensors may still grow to
};

/// Reads the protobuf form. Throws `InputError` where the bytes are no ONNX model; no size in them is trusted.
OnnxModel read_model(std::string_view bytes, ModelSource source);

/// One serialised TensorProto (the inputs and outputs of the ONNX backend tests).
OnnxTensor read_tensor_file(const std::string& path);

}  // namespace pj
