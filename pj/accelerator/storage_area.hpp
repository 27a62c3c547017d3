#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"

namespace pj {

/// The area of a memory of a given size, for one byte of it.
struct StoragePoint {
  std::int64_t bytes = 0;
  SquareMicrons per_byte;
  Provenance provenance;

  bool operator==(const StoragePoint&) const = default;
};

/// What memories of a technology take on the chip (a file of technologies/): points in ascending size.
struct StorageTable {
  std::string name;
  int node_nm = 0;
  std::vector<std::string> kinds;  ///< the kinds of memory that it is for
  std::vector<StoragePoint> points;

  bool operator==(const StorageTable&) const = default;
};

/// A table that comes with Picojoule, by its name. Throws `InputError` with "did you mean".
StorageTable storage_table(const std::string& name);

/// The first table for memories of this kind, or nothing.
std::optional<StorageTable> storage_table_for(const std::string& kind);

/// The area of one memory: linear between the points, beyond them as the nearest; nothing for no bytes.
SquareMicrons storage_area(const StorageTable& table, double bytes);

/// The size of a memory with this area, the inverse of `storage_area`; the only such size above the largest point.
double storage_in(const StorageTable& table, SquareMicrons area);

}  // namespace pj
