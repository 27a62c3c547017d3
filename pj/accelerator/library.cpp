#include <algorithm>

#include "pj/accelerator/accelerator_files.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/accelerator/settings.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

bool is_yaml(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}

}  // namespace

std::vector<std::string> built_in_accelerators() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : accelerator_files()) {
    names.emplace_back(file.name);
  }
  return names;
}

bool is_accelerator(const std::string& name_or_path) {
  const std::vector<std::string> names = built_in_accelerators();
  if (std::find(names.begin(), names.end(), name_or_path) != names.end()) {
    return true;
  }
  return is_yaml(name_or_path) && read_yaml(name_or_path).find("stages") != nullptr;
}

YamlNode accelerator_file(const std::string& name_or_path) {
  for (const EmbeddedFile& file : accelerator_files()) {
    if (file.name == name_or_path) {
      return parse_yaml(std::string(file.text), "accelerators/" + name_or_path + ".yaml");
    }
  }
  if (is_yaml(name_or_path)) {
    return read_yaml(name_or_path);
  }
  throw InputError("unknown accelerator '" + name_or_path + "'" + did_you_mean(name_or_path, built_in_accelerators()) +
                   " (a file's name ends in .yaml)");
}

Accelerator load_accelerator(const std::string& name_or_path, const AcceleratorOptions& options) {
  YamlNode file = accelerator_file(name_or_path);
  for (const std::string& setting : options.settings) {
    file = with_setting(file, setting);
  }
  return parse_accelerator(file, options);
}

}  // namespace pj
