#pragma once

#include <string>

#include "pj/network/zoo.hpp"
#include "pj/onnx/onnx.hpp"

namespace pj {

/// A network of the zoo, or of an ONNX file with its weights.
inline Network peer_network(const std::string& name) {
  return name.ends_with(".onnx") ? import_onnx(name, {.load_data = true}) : zoo_network(name);
}

}  // namespace pj
