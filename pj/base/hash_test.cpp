#include "pj/base/hash.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("the hash is FNV-1a of 64 bits") {
  // The test vectors of its authors (isthe.com/chongo/tech/comp/fnv).
  CHECK(hash_of("") == "cbf29ce484222325");
  CHECK(hash_of("a") == "af63dc4c8601ec8c");
  CHECK(hash_of("foobar") == "85944171f73967e8");
}

}  // namespace pj
