#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// What the reader of an ONNX file is told beside the file.
struct OnnxOptions {
  /// Shapes of inputs by name, for symbolic or missing ones (`--input-shape name=1,3,224,224`).
  std::map<std::string, Sizes> input_shapes;
  /// Elements of inputs by name: such an input becomes a constant (shapes that are fed in at run time).
  std::map<std::string, std::shared_ptr<const Constant>> input_values;
  /// The size of an input's first axis where the file leaves it open.
  std::int64_t batch = 1;
  /// False: only small constants, on which shapes may depend, are kept; weights have shapes but no elements.
  bool load_data = true;
  /// Bytes of weights that the file may make out of nothing (ConstantOfShape); past it they stay unknown.
  std::int64_t generated_limit = std::int64_t{1} << 30;
};

/// Reads an ONNX model of opset 1 to 23. All shapes are static afterwards, shape arithmetic is gone. Throws
/// `InputError` "model.onnx: node 'conv1' (Conv): fault; way out".
Network import_onnx(const std::string& path, const OnnxOptions& options = {});

/// The same from memory; `file` names the source in errors, and external data are sought in its folder.
Network parse_onnx(std::string_view bytes, const std::string& file, const OnnxOptions& options = {});

/// Writes a network so that `import_onnx` gives an equal one (docs/onnx.md says how the parts are kept that
/// ONNX has no words for).
void export_onnx(const Network& network, const std::string& path);

/// What `export_onnx` writes.
std::string onnx_bytes(const Network& network);

/// Reads `name=1,3,224,224`.
std::pair<std::string, Sizes> parse_input_shape(std::string_view text);

/// An operator that the reader knows; the standard domain's name is empty.
struct OnnxOperator {
  std::string domain;
  std::string name;
};

/// All operators that can be read, by domain and name.
std::vector<OnnxOperator> onnx_operators();

}  // namespace pj
