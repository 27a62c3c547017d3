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
#include "pj/onnx/backend_case.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/onnx/reader.hpp"
#include "tests/support/files.hpp"

namespace pj {

// The published networks and the ONNX conformance cases, for the tests of this folder.

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
