#pragma once

#include <string>
#include <vector>

#include "pj/inference/accuracy.hpp"
#include "pj/inference/calls.hpp"

namespace pj {

/// The names of classes, one a line. Throws `InputError` where the file cannot be read.
std::vector<std::string> load_labels(const std::string& path);

/// Each output with its shape, range and first numbers or, where there are labels, the five best classes of the first
/// output: of each call where there are several.
std::string run_table(const RunResult& result, const std::vector<std::string>& labels);
std::string run_json(const RunResult& result, const std::vector<std::string>& labels);

/// The bytes of a tensor for a file of this name: .npy, or .pb (a serialised TensorProto).
std::string tensor_file_bytes(const Constant& tensor, const std::string& name, const std::string& path);

/// Accuracy with its standard error, and which classes are confused most; labels may be empty.
std::string accuracy_table(const Accuracy& accuracy, const std::string& network, const std::string& data,
                           const std::vector<std::string>& labels);
/// `observed` is what `observation_json` wrote, or empty.
std::string accuracy_json(const Accuracy& accuracy, const std::string& network, const std::string& data,
                          const std::vector<std::string>& labels, const std::string& observed = "");

}  // namespace pj
