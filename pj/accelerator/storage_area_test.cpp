#include "pj/accelerator/storage_area.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/technology.hpp"

namespace pj {

namespace {

StorageTable storage_table(const std::string& name) {
  return storage_named(technology(), YamlNode({}, name));
}

}  // namespace

TEST_CASE("the area of a memory is linear for one byte between the table's sizes, and constant beyond them") {
  const StorageTable table = storage_table("storage_65nm");
  CHECK(storage_area(table, 512).value == doctest::Approx(512 * 20.87));
  CHECK(storage_area(table, 768).value == doctest::Approx(768 * (20.87 + 16.14) / 2));
  CHECK(storage_area(table, 1 << 20).value == doctest::Approx((1 << 20) * 12.70));
  CHECK(storage_area(table, 1).value == doctest::Approx(103.47));
  CHECK(storage_area(table, 0).value == 0.0);
}

TEST_CASE("the memory that fits an area is the inverse of its area") {
  const StorageTable table = storage_table("storage_65nm");
  for (const double bytes : {512.0, 1000.0, 131072.0, 1e7}) {
    CHECK(storage_in(table, storage_area(table, bytes)) == doctest::Approx(bytes));
  }
}

TEST_CASE("every number of the table says where it comes from") {
  for (const StoragePoint& point : storage_table("storage_65nm").points) {
    CHECK(point.provenance.basis == "published");
    CHECK(!point.provenance.source.empty());
  }
}

TEST_CASE("an unknown technology finds the one that was meant") {
  CHECK_THROWS_WITH_AS(storage_table("storage_65mn"),
                       "unknown storage table 'storage_65mn'; did you mean 'storage_65nm'?", InputError);
}

}  // namespace pj
