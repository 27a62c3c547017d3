#include "pj/inference/conformance_page.hpp"

#include <map>
#include <string_view>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr const char* begin_mark = "<!-- conformance -->";
constexpr const char* end_mark = "<!-- /conformance -->";

/// One line of the table.
struct OperatorCounts {
  CaseCounts counts;
  std::string reason;  ///< why the first case that does not pass does not
};

/// The fault without the file and the node that it names.
std::string fault_of(const CaseOutcome& outcome) {
  std::size_t begin = 0;
  for (const std::string_view place : {".onnx: ", ".pb: ", "): "}) {
    const std::size_t at = outcome.message.find(place, begin);
    begin = at == std::string::npos ? begin : at + place.size();
  }
  return outcome.message.substr(begin);
}

std::map<std::string, OperatorCounts> by_operator(const std::vector<CaseOutcome>& outcomes) {
  std::map<std::string, OperatorCounts> table;
  for (const CaseOutcome& outcome : outcomes) {
    OperatorCounts& row = table[outcome.op];
    row.counts.count(outcome.kind);
    if (outcome.kind != CaseOutcome::Kind::Passed && row.reason.empty()) {
      row.reason = outcome.name + ": " + fault_of(outcome);
    }
  }
  return table;
}

CaseCounts sum_of(const std::vector<CaseOutcome>& outcomes) {
  CaseCounts all;
  for (const CaseOutcome& outcome : outcomes) {
    all.count(outcome.kind);
  }
  return all;
}

std::vector<std::string> row_of(const std::string& name, const OperatorCounts& row) {
  const auto text = [](int count) { return count == 0 ? std::string() : std::to_string(count); };
  return {name,      text(row.counts.passed), text(row.counts.refused), text(row.counts.failed), text(row.counts.wrong),
          row.reason};
}

/// Calls `add` with each line, that of the larger models last.
template <class Add>
void for_each_row(const std::vector<CaseOutcome>& outcomes, Add add) {
  const auto table = by_operator(outcomes);
  for (const auto& [name, row] : table) {
    if (!name.empty()) {
      add(row_of(name, row));
    }
  }
  if (const auto several = table.find(""); several != table.end()) {
    add(row_of("several nodes", several->second));
  }
  add(row_of("all", {sum_of(outcomes), ""}));
}

}  // namespace

std::string conformance_table(const std::vector<CaseOutcome>& outcomes) {
  Table table({"operator", "passed", "refused", "failed", "wrong", "first that does not pass"});
  table.left(5);
  for_each_row(outcomes, [&](std::vector<std::string> row) { table.add(std::move(row)); });
  return table.text();
}

std::string conformance_block(const std::vector<CaseOutcome>& outcomes) {
  std::string text = std::string(begin_mark) +
                     "\n| operator | passed | refused | failed | wrong | first that does not pass |\n"
                     "|---|---:|---:|---:|---:|---|\n";
  for_each_row(outcomes, [&](const std::vector<std::string>& row) { text += "| " + join(row, " | ") + " |\n"; });
  return text + end_mark;
}

std::string with_conformance_block(const std::string& page, const std::string& file, const std::string& block) {
  const std::size_t begin = page.find(begin_mark);
  const std::size_t end = page.find(end_mark);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    throw InputError({file}, std::string("has no place for the table; put ") + begin_mark + " and " + end_mark +
                                 " where it shall stand");
  }
  return page.substr(0, begin) + block + page.substr(end + std::string(end_mark).size());
}

}  // namespace pj
