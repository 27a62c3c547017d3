#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace pj {

/// A JSON document as it is written to files. Text that is not UTF-8 (a file may name its layers as it likes) is
/// replaced and not refused.
inline std::string json_text(const nlohmann::ordered_json& json) {
  using Json = nlohmann::ordered_json;
  constexpr int indentation = 2;
  return json.dump(indentation, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pj
