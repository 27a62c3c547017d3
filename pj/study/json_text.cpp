#include "pj/study/json_text.hpp"

#include <nlohmann/json.hpp>

namespace pj {

std::string json_text(const nlohmann::ordered_json& json) {
  using Json = nlohmann::ordered_json;
  constexpr int indentation = 2;
  return json.dump(indentation, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pj
