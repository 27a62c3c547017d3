#pragma once

#include <string>

#include "pj/base/yaml.hpp"

namespace pj {

/// A machine file with one value set anew, whether it was there or not: `PART.KEY=VALUE`, where the part is a stage's
/// name or a key of the file; or `clock=VALUE`, `technology=VALUE`. Throws `InputError` where there is no such part.
YamlNode with_setting(const YamlNode& file, const std::string& setting);

}  // namespace pj
