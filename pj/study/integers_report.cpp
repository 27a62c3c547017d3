#include "pj/study/integers_report.hpp"

#include <map>

#include "pj/base/text.hpp"

namespace pj {

std::string integers_table(const IntegerParts& integers) {
  if (integers.nodes.empty()) {
    return "Everything is computed in reals.\n";
  }
  std::map<std::string, const IntegerNote*> notes;
  for (const IntegerNote& note : integers.notes) {
    notes.emplace(note.layer, &note);
  }
  Table table({"layer", "kind", "numbers", "how, or why not in integers"});
  for (const std::size_t column : {1U, 2U, 3U}) {
    table.left(column);
  }
  std::int64_t in_reals = 0;
  for (const NodeNumbers& node : integers.nodes) {
    const auto note = notes.find(node.node);
    if (!node.in_integers()) {
      table.add({node.node, node.kind, "reals", node.reason});
      ++in_reals;
    } else if (note != notes.end()) {
      const std::string sums = note->second->sum_bits == 64 ? ", sums of 64 bits" : "";
      table.add({node.node, node.kind, "integers", note->second->algorithm + sums});
    }
  }
  return table.text() + counted(std::ssize(integers.notes), "layer") + " in integers, " + counted(in_reals, "node") +
         " of the file in reals; all others belong to a layer before or behind them.\n";
}

}  // namespace pj
