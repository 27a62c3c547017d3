#include "pj/base/error.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("a position shows only the parts that are known") {
  CHECK(to_string(Position{"a.yaml", 3, 7}) == "a.yaml:3:7");
  CHECK(to_string(Position{"a.yaml", 3}) == "a.yaml:3");
  CHECK(to_string(Position{"a.yaml"}) == "a.yaml");
  CHECK(to_string(Position{"a.yaml", 0, 7}) == "a.yaml");
}

TEST_CASE("an input error names its place first") {
  CHECK(std::string(InputError({"a.yaml", 3, 7}, "unknown key").what()) == "a.yaml:3:7: unknown key");
  CHECK(std::string(InputError(Position{}, "unknown key").what()) == "unknown key");
  CHECK(std::string(InputError("unknown key").what()) == "unknown key");
}

TEST_CASE("an input error stays one line whatever the input holds") {
  CHECK(std::string(InputError({"a\nb"}, "key '\x1b[31m\t\x7f'").what()) == "a b: key ' [31m  '");
}

TEST_CASE("a verdict of no carries its reason") {
  CHECK(Verdict::yes());
  CHECK(Verdict::yes().reason().empty());
  CHECK_FALSE(Verdict::no("needs stride 1"));
  CHECK(Verdict::no("needs stride 1").reason() == "needs stride 1");
  CHECK(Verdict::no("a") != Verdict::no("b"));
}

TEST_CASE("a broken promise is our fault and not the input's") {
  CHECK_NOTHROW(ensure(true, "the mapper offers only tiles that fit"));
  CHECK_THROWS_WITH_AS(ensure(false, "tiles fit"), "tiles fit", std::logic_error);
}

}  // namespace pj
