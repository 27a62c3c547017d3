#include "pj/onnx/external_data.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

/// The file beside the model, or nothing where there is none.
std::optional<fs::path> located(const std::string& location, const std::string& model_file) {
  const fs::path relative(location);
  const bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() || climbs) {
    throw InputError("its external data '" + location + "' lie outside the model's folder; put them beside the model");
  }
  std::error_code fault;
  fs::path folder = fs::weakly_canonical(fs::absolute(fs::path(model_file).parent_path(), fault), fault);
  if (!folder.has_filename()) {
    folder = folder.parent_path();  // without a slash at its end
  }
  const fs::path file = fs::weakly_canonical(folder / relative, fault);
  if (fault || !fs::is_regular_file(file, fault)) {
    return std::nullopt;
  }
  if (std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first != folder.end()) {
    throw InputError("its external data '" + location + "' are a link that leads out of the model's folder");
  }
  return file;
}

}  // namespace

std::optional<std::string> read_external(const ExternalData& data, const std::string& model_file, std::size_t bytes,
                                         bool wanted) {
  const auto file = located(data.location, model_file);
  if (!file || !wanted) {
    return std::nullopt;
  }
  const auto needed = static_cast<std::int64_t>(bytes);
  const auto size = static_cast<std::int64_t>(fs::file_size(*file));
  if (data.offset < 0 || (data.length != -1 && data.length != needed) || needed > size || data.offset > size - needed) {
    throw InputError("needs " + grouped(needed) + " bytes from byte " + grouped(data.offset) + " of '" + data.location +
                     "', which has " + grouped(size) + "; the files do not belong together");
  }
  std::ifstream stream(*file, std::ios::binary);
  std::string content(bytes, '\0');
  if (!stream.seekg(data.offset) || !stream.read(content.data(), needed)) {
    throw InputError("its external data '" + data.location + "' cannot be read; check the file's permissions");
  }
  return content;
}

}  // namespace pj
