#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pj/base/error.hpp"

namespace pj {

/// One node of a YAML document, with its place in the file. Every reading function throws an
/// `InputError` that names the place, the fault and a way out.
class YamlNode {
 public:
  struct Entry;
  using Sequence = std::vector<YamlNode>;
  using Map = std::vector<Entry>;

  YamlNode();
  YamlNode(Position position, std::string scalar);
  YamlNode(Position position, Sequence items);
  YamlNode(Position position, Map entries);

  const Position& position() const { return position_; }
  bool is_scalar() const { return std::holds_alternative<std::string>(value_); }
  bool is_sequence() const { return std::holds_alternative<Sequence>(value_); }
  bool is_map() const;

  /// The scalar's text; `what` names it in the error.
  const std::string& text(std::string_view what) const;
  std::int64_t integer(std::string_view what, std::int64_t low, std::int64_t high) const;
  double number(std::string_view what) const;
  bool boolean(std::string_view what) const;
  /// A number with one of the given units, as in `128 KiB`; the result is in the unit whose factor is 1.
  double quantity(std::string_view what, std::span<const std::pair<std::string, double>> units) const;

  const Sequence& sequence(std::string_view what) const;
  const Map& map(std::string_view what) const;

  /// The value under `key`, or null where the map has none.
  const YamlNode* find(std::string_view key) const;
  /// The value under `key`, which must be there.
  const YamlNode& at(std::string_view key) const;
  /// Refuses keys that are not in the list, with "did you mean".
  void allow_keys(std::span<const std::string> known) const;

 private:
  Position position_;
  std::variant<std::string, Sequence, std::vector<Entry>> value_;
};

/// A key of a map with its place and value.
struct YamlNode::Entry {
  std::string key;
  Position position;
  YamlNode value;
};

/// Reads one YAML document. Refuses tabs, duplicate keys, anchors and aliases, several documents and
/// nesting deeper than 64. `file` only names the source in errors.
YamlNode parse_yaml(const std::string& text, const std::string& file);

/// Reads one YAML document from a file of at most 16 MiB.
YamlNode read_yaml(const std::string& path);

}  // namespace pj
