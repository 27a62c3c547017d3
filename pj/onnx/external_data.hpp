#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace pj {

/// Where a tensor's elements lie beside the model.
struct ExternalData {
  std::string location;
  std::int64_t offset = 0;
  std::int64_t length = -1;  ///< −1: as many bytes as the tensor needs
};

/// The bytes, or nothing where the file is missing or `wanted` is false. Throws `InputError` for a place outside
/// the model's folder (absolute, `..`, a link that leads out) and for one that the file does not cover.
std::optional<std::string> read_external(const ExternalData& data, const std::string& model_file, std::size_t bytes,
                                         bool wanted);

}  // namespace pj
