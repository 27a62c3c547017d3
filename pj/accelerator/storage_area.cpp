#include "pj/accelerator/storage_area.hpp"

#include <algorithm>
#include <cmath>

#include "pj/accelerator/quantities.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 40;

StoragePoint read_point(const YamlNode& node, const Provenance& provenance) {
  node.allow_keys(std::vector<std::string>{"bytes", "per_byte"});
  const double area = node.at("per_byte").quantity("per_byte", std::vector<std::pair<std::string, double>>{{"um2", 1}});
  if (area <= 0.0) {
    throw InputError(node.position(), "per_byte must be greater than 0");
  }
  return {node.at("bytes").integer("bytes", 1, most_bytes), {area}, provenance};
}

double per_byte(const StorageTable& table, double bytes) {
  const std::vector<StoragePoint>& points = table.points;
  const auto above = std::find_if(points.begin(), points.end(),
                                  [&](const StoragePoint& p) { return static_cast<double>(p.bytes) >= bytes; });
  if (above == points.begin() || above == points.end()) {
    return (above == points.end() ? points.back() : points.front()).per_byte.value;
  }
  const StoragePoint& below = *(above - 1);
  const double share = (bytes - static_cast<double>(below.bytes)) / static_cast<double>(above->bytes - below.bytes);
  return std::lerp(below.per_byte.value, above->per_byte.value, share);
}

}  // namespace

StorageTable parse_storage_table(const YamlNode& file, const std::string& name) {
  file.allow_keys(std::vector<std::string>{"title", "node", "source", "basis", "kinds", "storage"});
  const Provenance provenance{file.at("source").text("source"), read_basis(file.at("basis"))};
  StorageTable table{.name = name};
  table.node_nm = static_cast<int>(file.at("node").quantity("node", node_units()));
  for (const YamlNode& kind : file.at("kinds").sequence("kinds")) {
    table.kinds.push_back(kind.text("kind"));
  }
  for (const YamlNode& node : file.at("storage").sequence("storage")) {
    const StoragePoint point = read_point(node, provenance);
    if (!table.points.empty() && table.points.back().bytes >= point.bytes) {
      throw InputError(node.position(), "the sizes of a storage table ascend");
    }
    table.points.push_back(point);
  }
  return table;
}

SquareMicrons storage_area(const StorageTable& table, double bytes) {
  return bytes <= 0.0 ? SquareMicrons{} : SquareMicrons{bytes * per_byte(table, bytes)};
}

double storage_in(const StorageTable& table, SquareMicrons area) {
  double low = 0.0;
  double high = 1.0;
  while (storage_area(table, high) <= area) {
    high *= 2.0;
  }
  while (high - low > 1e-9 * high) {
    const double middle = 0.5 * (low + high);
    (storage_area(table, middle) <= area ? low : high) = middle;
  }
  return low;
}

}  // namespace pj
