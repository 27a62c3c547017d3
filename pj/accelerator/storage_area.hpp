#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/base/yaml.hpp"

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

/// The table that a file with the key `storage` holds. Every value needs a node, a basis and a source; `InputError`.
StorageTable parse_storage_table(const YamlNode& file, const std::string& name);

/// The area of one memory: linear between the points, beyond them as the nearest; nothing for no bytes.
SquareMicrons storage_area(const StorageTable& table, double bytes);

/// The size of a memory with this area, the inverse of `storage_area`; the only such size above the largest point.
double storage_in(const StorageTable& table, SquareMicrons area);

}  // namespace pj
