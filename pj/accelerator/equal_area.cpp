#include "pj/accelerator/equal_area.hpp"

#include <cmath>

namespace pj {

namespace {

double bytes_of(const Level& level) {
  std::int64_t bits = level.capacity ? level.capacity->value : 0;
  for (const auto& [tensor, size] : level.partitions) {
    bits += size.value;
  }
  return static_cast<double>(bits) / 8.0;
}

}  // namespace

Bits capacity_left(const Accelerator& accelerator, const StorageTable& table, double shared, double own) {
  const std::int64_t units = accelerator.compute_units();
  SquareMicrons left = storage_area(table, static_cast<double>(units) * shared) + units * storage_area(table, own);
  std::int64_t copies = 1;
  for (const Stage& stage : accelerator.stages) {
    if (const auto* fanout = std::get_if<Fanout>(&stage)) {
      copies *= fanout->copies();
    } else if (copies > 1) {
      left = left - copies * storage_area(table, bytes_of(std::get<Level>(stage)));
    }
  }
  const auto word = static_cast<double>(accelerator.compute.bits);
  const double words = std::floor(std::round(storage_in(table, left)) * 8.0 / word);
  return Bits{static_cast<std::int64_t>(words * word)};
}

}  // namespace pj
