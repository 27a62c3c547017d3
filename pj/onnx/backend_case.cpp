#include "pj/onnx/backend_case.hpp"

#include <algorithm>
#include <set>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_model = std::int64_t{1} << 30;

std::string model_path(const std::filesystem::path& folder) {
  return (folder / "model.onnx").string();
}

std::vector<std::string> input_names(const OnnxModel& model) {
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

}  // namespace

std::vector<OnnxTensor> case_tensors(const std::filesystem::path& folder, const std::string& stem, int data_set) {
  std::vector<OnnxTensor> found;
  const std::filesystem::path set = folder / ("test_data_set_" + std::to_string(data_set));
  for (int i = 0;; ++i) {
    const std::filesystem::path file = set / (stem + "_" + std::to_string(i) + ".pb");
    if (!std::filesystem::exists(file)) {
      return found;
    }
    found.push_back(std::filesystem::file_size(file) == 0 ? OnnxTensor{} : read_tensor_file(file.string()));
  }
}

std::vector<std::string> case_input_names(const std::filesystem::path& folder) {
  const std::string path = model_path(folder);
  return input_names(read_model(read_file(path, largest_model), {.file = path}));
}

Network import_case(const std::filesystem::path& folder, std::size_t first_known) {
  const std::vector<std::string> names = case_input_names(folder);
  const std::vector<OnnxTensor> inputs = case_tensors(folder, "input");
  OnnxOptions options;
  for (std::size_t i = 0; i < std::min(names.size(), inputs.size()); ++i) {
    if (i >= first_known && inputs[i].data != nullptr) {
      options.input_values[names[i]] = inputs[i].data;
    } else {
      options.input_shapes[names[i]] = inputs[i].shape;
    }
  }
  return import_onnx(model_path(folder), options);
}

Network import_case(const std::filesystem::path& folder) {
  for (const std::size_t first_known : {std::size_t{1000}, std::size_t{1}}) {
    try {
      return import_case(folder, first_known);
    } catch (const InputError&) {
    }
  }
  return import_case(folder, 0);
}

}  // namespace pj
