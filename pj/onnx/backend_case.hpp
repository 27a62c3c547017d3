#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pj/onnx/onnx.hpp"
#include "pj/onnx/reader.hpp"

namespace pj {

// Folders in the layout of the ONNX backend tests: `model.onnx` and, for each set of data, `test_data_set_N` with
// `input_0.pb`, `input_1.pb`, …, `output_0.pb`, … in the order of the graph's inputs and outputs.

/// The tensors `STEM_0.pb`, `STEM_1.pb`, … of a set of data; a missing optional one has no elements.
std::vector<OnnxTensor> case_tensors(const std::filesystem::path& folder, const std::string& stem, int data_set = 0);

/// The names of the graph's inputs that have no initialiser, in order: those that the input files are for.
std::vector<std::string> case_input_names(const std::filesystem::path& folder);

/// Imports a case with the inputs from `first_known` on given as constants: shapes and axes are inputs in these tests.
Network import_case(const std::filesystem::path& folder, std::size_t first_known);

/// Imports a case with as few known inputs as it needs: none, then all but the first, then all.
/// Throws what the last attempt threw.
Network import_case(const std::filesystem::path& folder);

}  // namespace pj
