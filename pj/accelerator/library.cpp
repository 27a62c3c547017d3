#include "pj/accelerator/accelerator_files.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/text.hpp"

namespace pj {

std::vector<std::string> built_in_accelerators() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : accelerator_files()) {
    names.emplace_back(file.name);
  }
  return names;
}

Accelerator load_accelerator(const std::string& name_or_path) {
  for (const EmbeddedFile& file : accelerator_files()) {
    if (file.name == name_or_path) {
      return parse_accelerator(parse_yaml(std::string(file.text), "accelerators/" + name_or_path + ".yaml"));
    }
  }
  if (name_or_path.ends_with(".yaml") || name_or_path.ends_with(".yml") ||
      name_or_path.find('/') != std::string::npos) {
    return read_accelerator(name_or_path);
  }
  throw InputError("unknown accelerator '" + name_or_path + "'" +
                   did_you_mean(name_or_path, built_in_accelerators()) + " A file's name ends in .yaml");
}

}  // namespace pj
