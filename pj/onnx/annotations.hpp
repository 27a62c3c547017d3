#pragma once

#include <string>

#include "pj/onnx/scope.hpp"

namespace pj {

// What ONNX has no words for stands in the quantisation annotation of a tensor, as FINN keeps its data types.
inline constexpr const char* format_annotation = "picojoule.format";
inline constexpr const char* storage_annotation = "picojoule.storage";

/// Stands in the metadata of a file that says layer by layer what a network holds.
inline constexpr const char* exact_metadata = "picojoule.exact";

/// Gives a value the number format and the storage that the file notes for the tensor `name`.
void apply_annotations(const Scope& scope, Value& value, const std::string& name);

}  // namespace pj
