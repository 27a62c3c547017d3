#include "pj/base/progress.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace pj {

namespace {

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::hours never_again{1};

}  // namespace

TEST_CASE("progress is written over itself and cleared at the end") {
  std::ostringstream out;
  {
    Progress progress(out, true, at_once);
    progress.show("layer 1");
    progress.show("layer 2");
  }
  CHECK(out.str() == "\r\x1b[Klayer 1\r\x1b[Klayer 2\r\x1b[K");
}

TEST_CASE("progress is silent where there is no terminal") {
  std::ostringstream out;
  Progress(out, false, at_once).show("layer 1");
  CHECK(out.str().empty());
}

TEST_CASE("progress that comes too soon is left out") {
  std::ostringstream out;
  Progress progress(out, true, never_again);
  progress.show("layer 1");
  progress.show("layer 2");
  CHECK(out.str() == "\r\x1b[Klayer 1");
}

TEST_CASE("progress without a line clears nothing") {
  std::ostringstream out;
  Progress(out, true, at_once).clear();
  CHECK(out.str().empty());
}

TEST_CASE("progress is cut to one row between code points") {
  std::ostringstream out;
  std::string line;
  for (int i = 0; i < 100; ++i) {
    line += "µ";
  }
  Progress(out, true, at_once).show(line);
  CHECK(out.str() == "\r\x1b[K" + line.substr(0, 79 * 2) + "\r\x1b[K");
}

}  // namespace pj
