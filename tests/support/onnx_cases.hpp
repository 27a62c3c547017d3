#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/onnx/reader.hpp"
#include "tests/support/files.hpp"

namespace pj {

// The published networks and the ONNX conformance cases, for the tests of this folder.

/// The tensors input_0.pb, input_1.pb, … (or output_…) of a case.
inline std::vector<OnnxTensor> tensors(const std::filesystem::path& folder, const std::string& stem) {
  std::vector<OnnxTensor> found;
  for (int i = 0;; ++i) {
    const std::filesystem::path file = folder / "test_data_set_0" / (stem + "_" + std::to_string(i) + ".pb");
    if (!std::filesystem::exists(file)) {
      return found;
    }
    found.push_back(std::filesystem::file_size(file) == 0 ? OnnxTensor{} : read_tensor_file(file.string()));
  }
}

/// The names of the graph's inputs that have no initialiser, in order: those that the input files are for.
inline std::vector<std::string> input_names(const OnnxModel& model) {
  std::set<std::string> weights;
  for (const OnnxTensor& tensor : model.graph.initializers) {
    weights.insert(tensor.name);
  }
  std::vector<std::string> names;
  for (const OnnxDeclaration& input : model.graph.inputs) {
    if (!weights.contains(input.name)) {
      names.push_back(input.name);
    }
  }
  return names;
}

/// Imports a case with the inputs from `first_known` on given as constants: shapes and axes are inputs in these tests.
inline Network import_case(const std::filesystem::path& folder, std::size_t first_known) {
  const std::string path = (folder / "model.onnx").string();
  const std::string bytes = read_file(path, 1 << 30);
  const std::vector<std::string> names = input_names(read_model(bytes, {.file = path}));
  const std::vector<OnnxTensor> inputs = tensors(folder, "input");
  OnnxOptions options;
  for (std::size_t i = 0; i < std::min(names.size(), inputs.size()); ++i) {
    if (i >= first_known && inputs[i].data != nullptr) {
      options.input_values[names[i]] = inputs[i].data;
    } else {
      options.input_shapes[names[i]] = inputs[i].shape;
    }
  }
  return parse_onnx(bytes, path, options);
}

/// The rows of a folder's INDEX.tsv.
inline std::vector<std::map<std::string, std::string>> index_rows(const std::string& folder) {
  std::ifstream stream(in_shared("conformance/" + folder + "/INDEX.tsv"));
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> header;
  for (std::string line; std::getline(stream, line);) {
    const auto fields = split(line, '\t');
    if (header.empty()) {
      header = fields;
      continue;
    }
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < header.size(); ++i) {
      row[header[i]] = i < fields.size() ? fields[i] : "";
    }
  }
  return rows;
}

/// All cases of the folders, the graphs exported from PyTorch included.
inline std::vector<std::filesystem::path> conformance_cases() {
  std::vector<std::filesystem::path> cases;
  for (const std::string folder : {"onnx-node", "onnx-node-opset12", "onnx-node-opset8", "onnx-pytorch/simple",
                                   "onnx-pytorch/pytorch-converted", "onnx-pytorch/pytorch-operator"}) {
    for (const auto& entry : std::filesystem::directory_iterator(in_shared("conformance/" + folder))) {
      if (entry.is_directory()) {
        cases.push_back(entry.path());
      }
    }
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

/// A case imported with as few known inputs as it needs: none, then all but the first, then all.
/// Throws what the last attempt threw.
inline Network import_case(const std::filesystem::path& folder) {
  for (const std::size_t first_known : {std::size_t{1000}, std::size_t{1}}) {
    try {
      return import_case(folder, first_known);
    } catch (const InputError&) {
    }
  }
  return import_case(folder, 0);
}

/// The ONNX files of the published networks.
inline std::vector<std::string> published_networks() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(in_shared("workloads"))) {
    if (entry.path().extension() == ".onnx") {
      paths.push_back(entry.path().string());
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(in_shared("models"))) {
    if (entry.is_directory()) {
      paths.push_back((entry.path() / "model.onnx").string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// What a published network's reader must be told.
inline OnnxOptions options_for(const std::string& path, bool load_data) {
  OnnxOptions options{.load_data = load_data};
  if (path.find("silero") != std::string::npos) {
    options.input_shapes["input"] = {1, 576};
  }
  return options;
}

}  // namespace pj
