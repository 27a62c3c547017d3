#include "pj/report/page.hpp"

#include <doctest/doctest.h>

#include <cstdio>

#include "pj/base/error.hpp"
#include "pj/report/page_template.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Says so and ends the test where this build has no pages.
bool has_pages() {
  if (page_template().empty()) {
    std::printf("SKIPPED: pages (built without npm)\n");
  }
  return !page_template().empty();
}

std::string fault(const std::string& json) {
  return input_fault([&] { page(json, "a.json"); });
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// What stands in the page's element of results.
std::string results_in(const std::string& html) {
  const std::size_t start = html.find('>', html.find("<script id=\"results\"")) + 1;
  return html.substr(start, html.find("</script>", start) - start);
}

}  // namespace

TEST_CASE("a page holds the whole JSON and names its kind") {
  if (has_pages()) {
    const std::string json = R"({"claims": [], "counts": {"missed": 0}})";
    CHECK(results_in(page(json)) == json);
    CHECK(results_in(page("{\n  \"claims\": [\n    \"a  b\"\n  ],\r\n  \"counts\": {}\n}\n")) ==
          R"({"claims": ["a  b"],"counts": {}})");
    CHECK(page(json).find("data-kind=\"reproduce\"") != std::string::npos);
  }
}

TEST_CASE("no text of a result ends the element that holds it or begins another one") {
  if (has_pages()) {
    const std::string plain = page(R"({"claims": [], "counts": {}})");
    for_random_cases(200, [&](Rng& rng) {
      const std::vector<std::string> parts{"</script>",   "<!--", "<script>", "-->",
                                           "{{results}}", "a",    "\\u003c",  "]]>"};
      std::string name;
      for (int i = 0; i < 5; ++i) {
        name += parts[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(parts.size()) - 1))];
      }
      const std::string html = page(R"({"claims": [")" + name + R"("], "counts": {}})");
      CHECK(count(html, "</script>") == count(plain, "</script>"));
      CHECK(count(html, "<!--") == count(plain, "<!--"));
      CHECK(results_in(html).find('<') == std::string::npos);
    });
  }
}

TEST_CASE("a page forbids the network and every script but its own") {
  if (has_pages()) {
    const std::string html = page(R"({"claims": [], "counts": {}})");
    CHECK(html.find("content=\"default-src 'none'; script-src 'sha256-") != std::string::npos);
    CHECK(html.find("src=\"http") == std::string::npos);
    CHECK(html.find("href=\"http") == std::string::npos);
  }
}

TEST_CASE("what is no result is refused by name") {
  if (has_pages()) {
    CHECK(fault("{") == "a.json: no JSON; a page is made of what --json wrote");
    for (const char* other : {"[]", "1", "null", "{}", R"({"networks": []})"}) {
      CHECK(fault(other).starts_with("a.json: no results that a page can show; "));
    }
  }
}

TEST_CASE("numbers of a machine without its technology have no page") {
  if (has_pages()) {
    const std::string rest = R"("einsum": "", "accelerator": "x", "points": []})";
    CHECK(fault(R"({"machine": {"name": "x", "technology_nm": 65}, )" + rest) == "no fault");
    for (const char* machine : {R"({"name": "x", "technology_nm": null})", R"({"name": "x"})"}) {
      CHECK(fault(std::string(R"({"machine": )") + machine + ", " + rest) ==
            "a.json: a page states the technology of its numbers, which the machine 'x' does not; add technology: 65 "
            "nm, "
            "say, to its file");
    }
    CHECK(fault(R"({"networks": [{"machines": [{"accelerator": "y", "technology_nm": 0}]}], "scenarios": []})")
              .find("the machine 'y' does not") != std::string::npos);
    CHECK(fault(R"({"machine": 1, )" + rest).starts_with("a.json: a page states the technology"));
  }
}

}  // namespace pj
