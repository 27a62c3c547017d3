#include "pj/network/zoo.hpp"

#include "pj/base/text.hpp"
#include "pj/network/network_yaml.hpp"
#include "pj/network/zoo_files.hpp"

namespace pj {

namespace {

YamlNode parsed(const EmbeddedFile& file) {
  return parse_yaml(std::string(file.text), "networks/" + std::string(file.name) + ".yaml");
}

}  // namespace

std::vector<ZooEntry> zoo() {
  std::vector<ZooEntry> all;
  for (const EmbeddedFile& file : zoo_files()) {
    const std::vector<ZooEntry> entries = networks_in(parsed(file), std::string(file.name));
    all.insert(all.end(), entries.begin(), entries.end());
  }
  return all;
}

Network zoo_network(const std::string& name, std::int64_t batch) {
  for (const EmbeddedFile& file : zoo_files()) {
    // A file that does not even contain the name need not be parsed.
    if (file.name != name && file.text.find(name + ":") == std::string_view::npos) {
      continue;
    }
    const YamlNode root = parsed(file);
    for (const ZooEntry& entry : networks_in(root, std::string(file.name))) {
      if (entry.name == name) {
        return build_network(root, std::string(file.name), name, batch);
      }
    }
  }
  std::vector<std::string> names;
  for (const ZooEntry& entry : zoo()) {
    names.push_back(entry.name);
  }
  throw InputError("unknown network '" + name + "'" + did_you_mean(name, names));
}

}  // namespace pj
