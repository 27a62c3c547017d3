#pragma once

#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

/// Reads an accelerator from its YAML form (docs/accelerators.md, accelerators/schema.json). Every fault is an
/// `InputError` with file, line and column.
Accelerator parse_accelerator(const YamlNode& file);
Accelerator read_accelerator(const std::string& path);

/// The accelerators that come with Picojoule, by name.
std::vector<std::string> built_in_accelerators();

/// Is this the name of a built-in accelerator, or a `.yaml` file that holds one?
bool is_accelerator(const std::string& name_or_path);

/// A built-in accelerator by its name, or one from a `.yaml` file, with values of the file set anew: a stage's name (or
/// `compute`, `conventions`), a key and its value, as in `array.columns.size=512` or `buffer.capacity=64 KiB`.
Accelerator load_accelerator(const std::string& name_or_path, const std::vector<std::string>& settings = {});

}  // namespace pj
