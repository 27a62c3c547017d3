#include <set>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "pj/base/files.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

namespace {

constexpr std::size_t deepest = 64;
constexpr std::int64_t largest_file = 16 << 20;

/// Builds a `YamlNode` from yaml-cpp's events, so that every node keeps its place.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string file) : file_(std::move(file)) {}

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { OnScalar(mark, "", anchor, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw InputError(place(mark), "aliases are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& text) override {
    refuse_anchor(mark, anchor);
    if (!open_.empty() && open_.back().is_map && !open_.back().has_key) {
      set_key(mark, text);
    } else {
      add(YamlNode(place(mark), text));
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(mark, anchor, false);
  }
  void OnSequenceEnd() override { finish(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(mark, anchor, true);
  }
  void OnMapEnd() override { finish(); }

 private:
  struct Open {
    Position position;
    bool is_map = false;
    bool has_key = false;
    YamlNode::Sequence items;
    YamlNode::Map entries;
    std::set<std::string> keys;
  };

  Position place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) {
      throw InputError(place(mark), "anchors are not supported; write the value out");
    }
  }

  void set_key(const YAML::Mark& mark, const std::string& key) {
    Open& map = open_.back();
    if (!map.keys.insert(key).second) {
      throw InputError(place(mark), "the key '" + key + "' stands here twice; remove one");
    }
    map.entries.push_back({key, place(mark), {}});
    map.has_key = true;
  }

  void start(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
    refuse_anchor(mark, anchor);
    if (!open_.empty() && open_.back().is_map && !open_.back().has_key) {
      throw InputError(place(mark), "a key must be a single word, not a list or a map");
    }
    if (open_.size() >= deepest) {
      throw InputError(place(mark), "nested deeper than " + std::to_string(deepest) + " levels");
    }
    open_.push_back({.position = place(mark), .is_map = is_map});
  }

  void finish() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.is_map ? YamlNode(done.position, std::move(done.entries))
                    : YamlNode(done.position, std::move(done.items)));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().is_map) {
      open_.back().entries.back().value = std::move(node);
      open_.back().has_key = false;
    } else {
      open_.back().items.push_back(std::move(node));
    }
  }

  std::string file_;
  std::vector<Open> open_;
  YamlNode root_;
};

std::string_view trimmed_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

/// YAML forbids tabs as indentation; yaml-cpp's own message for one does not say so.
void refuse_tabs(const std::string& text, const std::string& file) {
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos && line[first] == '\t') {
      throw InputError({file, number, static_cast<int>(first) + 1}, "a tab indents this line; use spaces");
    }
  }
}

}  // namespace

YamlNode parse_yaml(const std::string& text, const std::string& file) {
  refuse_tabs(text, file);
  // Without blanks at the end, behind which yaml-cpp takes a quote that was left open for closed.
  std::istringstream stream{std::string(trimmed_end(text))};
  TreeBuilder builder(file);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      throw InputError({file}, "holds no YAML document");
    }
    TreeBuilder rest(file);
    if (parser.HandleNextDocument(rest)) {
      throw InputError({file}, "holds several YAML documents; keep one");
    }
  } catch (const YAML::Exception& fault) {
    throw InputError({file, fault.mark.line + 1, fault.mark.column + 1}, "not valid YAML: " + fault.msg);
  }
  return builder.take();
}

YamlNode read_yaml(const std::string& path) {
  return parse_yaml(read_file(path, largest_file), path);
}

}  // namespace pj
