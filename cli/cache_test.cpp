#include "cli/cache.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("the cache is where the environment wants caches") {
  CHECK(cache_folder("/var/cache", "/home/ada") == "/var/cache/picojoule");
  CHECK(cache_folder(nullptr, "/home/ada") == "/home/ada/.cache/picojoule");
}

TEST_CASE("a place for caches that is not absolute is passed over, as its specification wants") {
  CHECK(cache_folder("", "/home/ada") == "/home/ada/.cache/picojoule");
  CHECK(cache_folder("cache", "/home/ada") == "/home/ada/.cache/picojoule");
}

TEST_CASE("without a home, or on request, there is no cache") {
  CHECK(cache_folder(nullptr, nullptr).empty());
  CHECK(cache_folder("", "").empty());
  CHECK(cache_folder(Options{.no_cache = true}).empty());
}

}  // namespace pj
