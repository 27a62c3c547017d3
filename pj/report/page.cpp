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
    Kind{"compress", {"network", "max_drop", "choices", "original", "points"}},
    Kind{"evaluate", {"network", "accelerator", "machine", "energy_pJ", "layers"}},
    Kind{"network-front", {"network", "accelerator", "machine", "points", "layers"}},
    Kind{"map", {"einsum", "accelerator", "machine", "mapping", "stages"}},
    Kind{"layer-front", {"einsum", "accelerator", "machine", "points"}},
    Kind{"show", {"network", "layers", "totals"}},
    Kind{"reproduce", {"claims", "counts"}},
    Kind{"dataflows", {"network", "machines", "groups"}},
    Kind{"compare", {"networks", "scenarios"}},
    Kind{"roofline", {"machine", "roofs", "networks"}},
    Kind{"run", {"network", "data", "samples", "top1", "confusion"}},
    Kind{"train", {"network", "training", "epochs", "cost"}},
    Kind{"rules", {"network", "rules", "stored_bits", "layers", "changes"}},
    Kind{"rules", {"runs"}},
    Kind{"sweep", {"study", "machines", "objectives", "results", "fronts"}},
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

/// The list under a key; empty where there is none.
Json list_of(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_array() ? json[key] : Json::array();
}

/// Everything that says which machine the numbers are of.
std::vector<Json> machines_of(const Json& json) {
  std::vector<Json> machines = list_of(json, "machines");
  if (json.contains("machine")) {
    machines.push_back(json["machine"]);
  }
  for (const Json& network : list_of(json, "networks")) {
    for (const Json& machine : list_of(network, "machines")) {
      machines.push_back(machine);
    }
  }
  return machines;
}

bool states_technology(const Json& machine) {
  return machine.is_object() && machine.contains("technology_nm") && machine["technology_nm"].is_number() &&
         machine["technology_nm"] > 0;
}

/// The name of a machine, or of what its numbers stand beside.
std::string name_of(const Json& machine) {
  for (const char* key : {"name", "accelerator"}) {
    if (machine.is_object() && machine.contains(key) && machine[key].is_string()) {
      return " '" + machine[key].get<std::string>() + "'";
    }
  }
  return "";
}

void check_state_technology(const Json& json, const std::string& file) {
  for (const Json& machine : machines_of(json)) {
    if (!states_technology(machine)) {
      throw InputError({file}, "a page states the technology of its numbers, which the machine" + name_of(machine) +
                                   " does not; add technology: 65 nm, say, to its file");
    }
  }
}

/// JSON that no browser takes for markup, on one line: `<` stands only in texts, where it may be written so, and a
/// line's end only between values, where it and the indentation behind it say nothing.
std::string embedded(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  bool is_indentation = false;
  for (const char sign : json) {
    is_indentation = sign == '\n' || sign == '\r' || (is_indentation && sign == ' ');
    if (sign == '<') {
      text += "\\u003c";
    } else if (!is_indentation) {
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
  put(text, "{{results}}", embedded(json));
  return text;
}

}  // namespace pj
