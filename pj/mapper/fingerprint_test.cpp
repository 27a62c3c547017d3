#include "pj/mapper/fingerprint.hpp"

#include <doctest/doctest.h>

namespace pj {

namespace {

Fingerprint key(std::int64_t number) {
  Fingerprint result;
  result.add(number);
  return result;
}

}  // namespace

TEST_CASE("a table of fingerprints keeps what is put in, up to its limit") {
  FingerprintTable<std::int64_t> table(1000);
  for (std::int64_t number = 0; number < 1000; ++number) {
    const auto [value, is_new] = table.find_or_add(key(number));
    CHECK(is_new);
    value = number;
  }
  // The call that would find the table full begins a new one.
  const auto [value, is_new] = table.find_or_add(key(7));
  CHECK(is_new);
  CHECK(value == 0);
  CHECK(!table.find_or_add(key(7)).second);
  CHECK(table.find_or_add(key(8)).second);
}

TEST_CASE("a table of fingerprints finds every value again") {
  FingerprintTable<std::int64_t> table(5000);
  for (std::int64_t number = 0; number < 4000; ++number) {
    table.find_or_add(key(number)).first = number;
  }
  for (std::int64_t number = 0; number < 4000; ++number) {
    const auto [value, is_new] = table.find_or_add(key(number));
    CHECK(!is_new);
    CHECK(value == number);
  }
}

TEST_CASE("fingerprints tell the order of numbers") {
  Fingerprint a;
  a.add(std::int64_t{1});
  a.add(std::int64_t{2});
  Fingerprint b;
  b.add(std::int64_t{2});
  b.add(std::int64_t{1});
  CHECK(a != b);
}

}  // namespace pj
