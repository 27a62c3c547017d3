#pragma once

#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

/// The row of a table whose name the node gives, under `key`. Throws `InputError`, with "did you mean", for any other.
template <class Table>
const auto& row_named(const Table& table, const YamlNode& node, const std::string& key, const std::string& what) {
  std::vector<std::string> known;
  for (const auto& row : table) {
    if (node.text(key) == row.name) {
      return row;
    }
    known.emplace_back(row.name);
  }
  throw InputError(node.position(),
                   "unknown " + what + " '" + node.text(key) + "'" + did_you_mean(node.text(key), known));
}

}  // namespace pj
