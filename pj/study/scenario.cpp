#include "pj/study/scenario.hpp"

#include "pj/base/text.hpp"
#include "pj/study/scenario_files.hpp"

namespace pj {

Scenario parse_scenario(const YamlNode& file) {
  file.allow_keys(std::vector<std::string>{"name", "title", "source", "limits"});
  return {.name = file.at("name").text("name"),
          .title = file.at("title").text("title"),
          .source = file.at("source").text("source"),
          .limits = read_limits(file.at("limits"))};
}

Scenario load_scenario(const std::string& name_or_path) {
  if (name_or_path.ends_with(".yaml") || name_or_path.ends_with(".yml")) {
    return parse_scenario(read_yaml(name_or_path));
  }
  std::vector<std::string> known;
  for (const EmbeddedFile& file : scenario_files()) {
    if (file.name == name_or_path) {
      return parse_scenario(parse_yaml(std::string(file.text), "scenarios/" + name_or_path + ".yaml"));
    }
    known.emplace_back(file.name);
  }
  throw InputError("unknown scenario '" + name_or_path + "'" + did_you_mean(name_or_path, known) +
                   " (a file's name ends in .yaml)");
}

}  // namespace pj
