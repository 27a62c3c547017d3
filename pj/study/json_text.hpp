#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace pj {

/// A JSON document as it is written to files. Text that is not UTF-8 (a file may name its layers as it likes) is
/// replaced and not refused.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace pj
