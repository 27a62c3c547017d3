#include "pj/onnx/operators.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

/// The text with one blank wherever it has several or a line end.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const char blank = c == '\n' ? ' ' : c;
    if (blank != ' ' || !line.ends_with(' ')) {
      line += blank;
    }
  }
  return line;
}

}  // namespace

TEST_CASE("the documentation lists exactly the operators that can be read") {
  std::map<std::string, std::vector<std::string>> domains;
  for (const OnnxOperator& row : onnx_operators()) {
    domains[row.domain].push_back("`" + row.name + "`");
  }
  std::string expected = "<!-- operators --> ";
  for (const auto& [domain, names] : domains) {
    expected += (domain.empty() ? "ONNX" : "`" + domain + "`") + ": " + join(names, ", ") + ". ";
  }
  expected += "<!-- /operators -->";
  const std::string page = read_file(in_repository("docs/onnx.md"), 1 << 20);
  const std::size_t begin = page.find("<!-- operators -->");
  const std::string_view end = "<!-- /operators -->";
  CHECK(on_one_line(page.substr(begin, page.find(end) + end.size() - begin)) == expected);
}

TEST_CASE("every operator has one row") {
  std::set<std::pair<std::string, std::string>> rows;
  for (const OnnxOperator& row : onnx_operators()) {
    CHECK(rows.emplace(row.domain, row.name).second);
    CHECK(find_operator(row.domain, row.name) != nullptr);
  }
}

}  // namespace pj
