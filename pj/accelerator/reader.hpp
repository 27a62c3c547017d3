#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

struct AcceleratorOptions {
  /// Files of Accelergy (ERT, ERT_summary, ART) or CSV whose numbers stand in the place of the machine's own.
  std::vector<std::string> reference_tables;
  /// Files of one's own in the form of technologies/: what they say of a component stands in the place of ours.
  std::vector<std::string> technologies;
  /// Values of a named file set anew (`load_accelerator` only): a stage's name (or `compute`, `conventions`), a key and
  /// its value, as in `array.columns.size=512` or `buffer.capacity=64 KiB`.
  std::vector<std::string> settings;
  std::function<void(const std::string& line)> warn;  ///< of what was given and not used; nothing: no one hears of it
};

/// Reads an accelerator from its YAML form (docs/accelerators.md, accelerators/schema.json). Every fault is an
/// `InputError` with file, line and column.
Accelerator parse_accelerator(const YamlNode& file, const AcceleratorOptions& options = {});
Accelerator read_accelerator(const std::string& path, const AcceleratorOptions& options = {});

/// The accelerators that come with Picojoule, by name.
std::vector<std::string> built_in_accelerators();

/// Is this the name of a built-in accelerator, or a `.yaml` file that holds one?
bool is_accelerator(const std::string& name_or_path);

/// The machine file of a built-in accelerator, or that at a `.yaml` path.
YamlNode accelerator_file(const std::string& name_or_path);

/// A built-in accelerator by its name, or one from a `.yaml` file.
Accelerator load_accelerator(const std::string& name_or_path, const AcceleratorOptions& options = {});

}  // namespace pj
