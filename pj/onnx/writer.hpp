#pragma once

#include <string>

#include "pj/onnx/model.hpp"

namespace pj {

/// The protobuf form of a model. Tensors whose elements are not known refer to a file that does not exist.
/// Throws `InputError` where they take more than the 2 GiB that a protobuf file can hold.
std::string write_model(const OnnxModel& model);

/// The protobuf form of one tensor (`input_0.pb` of the ONNX backend tests). Throws where it takes more than that.
std::string write_tensor_file(const OnnxTensor& tensor);

/// The name of that file.
inline constexpr const char* unknown_elements = "elements-unknown.bin";

}  // namespace pj
