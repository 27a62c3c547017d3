#include "pj/report/page.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/report/page_template.hpp"

namespace pj {

namespace {

using Json = nlohmann::json;

/// What a verb writes, known by its keys; the page has one view of each kind (report/src/main.js).
struct Kind {
  const char* name;
  std::vector<const char*> keys;
};

const std::array kinds{
    Kind{"evaluate", {"network", "accelerator", "machine", "energy_pJ", "layers"}},
    Kind{"network-front", {"network", "accelerator", "machine", "points", "layers"}},
    Kind{"map", {"einsum", "accelerator", "machine", "mapping", "stages"}},
    Kind{"layer-front", {"einsum", "accelerator", "machine", "points"}},
    Kind{"show", {"network", "layers", "totals"}},
    Kind{"reproduce", {"claims", "counts"}},
    Kind{"dataflows", {"network", "machines", "groups"}},
};

Json parsed(std::string_view text, const std::string& file) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw InputError({file}, "no JSON; a page is made of what --json wrote");
  }
  return json;
}

const Kind& kind_of(const Json& json, const std::string& file) {
  for (const Kind& kind : kinds) {
    if (std::all_of(kind.keys.begin(), kind.keys.end(), [&](const char* key) { return json.contains(key); })) {
      return kind;
    }
  }
  throw InputError({file},
                   "no results that a page can show; it shows what --json writes of evaluate, map, show, "
                   "reproduce and dataflows");
}

/// Those of a comparison, or the one.
std::vector<Json> machines_of(const Json& json) {
  std::vector<Json> machines = json.contains("machine") ? std::vector<Json>{json["machine"]} : std::vector<Json>{};
  for (const Json& machine : json.value("machines", Json::array())) {
    machines.push_back(machine);
  }
  return machines;
}

void check_state_technology(const Json& json, const std::string& file) {
  for (const Json& machine : machines_of(json)) {
    if (!machine.is_object() || !machine.contains("technology_nm") || !machine["technology_nm"].is_number()) {
      const Json name = machine.is_object() && machine.contains("name") ? machine["name"] : Json();
      throw InputError({file}, "a page states the technology of its numbers, which the machine " + name.dump() +
                                   " does not; add technology: 65 nm, say, to its file");
    }
  }
}

/// JSON that no browser takes for markup: `<` stands only in texts, where it may be written so.
std::string without_markup(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char sign : json) {
    if (sign == '<') {
      text += "\\u003c";
    } else {
      text += sign;
    }
  }
  return text;
}

void put(std::string& text, const std::string& place, const std::string& content) {
  const std::size_t at = text.find(place);
  ensure(at != std::string::npos, "the page has a place for its results");
  text.replace(at, place.size(), content);
}

}  // namespace

void check_has_pages() {
  if (page_template().empty()) {
    throw InputError(
        "this picojoule was built without its pages, for which npm is needed; install npm and build again");
  }
}

std::string page(std::string_view json, const std::string& file) {
  if (page_template().empty()) {
    throw InputError(
        "this picojoule was built without its pages, for which npm is needed; install npm and build again");
  }
  const Json results = parsed(json, file);
  const Kind& kind = kind_of(results, file);
  check_state_technology(results, file);
  std::string text(page_template().front().text);
  put(text, "{{kind}}", kind.name);
  put(text, "{{results}}", without_markup(json));
  return text;
}

}  // namespace pj
