#include "pj/accelerator/settings.hpp"

#include <algorithm>
#include <span>

#include "pj/base/text.hpp"

namespace pj {

namespace {

using Path = std::span<const std::string>;

/// The node with the value at the end of a path of keys; maps that are missing are made.
YamlNode with_value(const YamlNode& node, Path path, const YamlNode& value) {
  if (path.empty()) {
    return value;
  }
  YamlNode::Map entries = node.is_map() ? node.map("the value") : YamlNode::Map{};
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.key == path.front(); });
  if (found != entries.end()) {
    found->value = with_value(found->value, path.subspan(1), value);
  } else {
    const YamlNode nothing(value.position(), YamlNode::Map{});
    entries.push_back({path.front(), value.position(), with_value(nothing, path.subspan(1), value)});
  }
  return {node.position(), std::move(entries)};
}

/// The name of a stage as the file gives it; empty where it gives none.
std::string name_of(const YamlNode& stage) {
  for (const char* kind : {"level", "fanout"}) {
    const YamlNode* name = stage.is_map() ? stage.find(kind) : nullptr;
    if (name != nullptr && name->is_scalar()) {
      return name->text(kind);
    }
  }
  return "";
}

}  // namespace

YamlNode with_setting(const YamlNode& file, const std::string& setting) {
  const std::size_t equals = setting.find('=');
  const std::vector<std::string> path = split(setting.substr(0, equals), '.');
  const bool is_whole = path.size() == 1 && (path.front() == "clock" || path.front() == "technology");
  if (equals == std::string::npos || (path.size() < 2 && !is_whole) || std::count(path.begin(), path.end(), "") > 0) {
    throw InputError("'" + setting + "' sets nothing; write STAGE.KEY=VALUE, as in buffer.capacity=64 KiB");
  }
  const YamlNode value = parse_yaml(setting.substr(equals + 1), setting.substr(0, equals));
  if (is_whole) {
    return with_value(file, path, value);
  }
  YamlNode::Sequence stages = file.at("stages").sequence("stages");
  std::vector<std::string> known{"compute", "conventions"};
  for (YamlNode& stage : stages) {
    known.push_back(name_of(stage));
    if (known.back() == path.front()) {
      stage = with_value(stage, Path(path).subspan(1), value);
      const std::vector<std::string> where{"stages"};
      return with_value(file, where, YamlNode(file.at("stages").position(), std::move(stages)));
    }
  }
  if (path.front() != "compute" && path.front() != "conventions") {
    throw InputError("'" + setting + "': the machine has no stage '" + path.front() + "'" +
                     did_you_mean(path.front(), known));
  }
  return with_value(file, path, value);
}

}  // namespace pj
