#include <algorithm>

#include "pj/mapper/bound.hpp"

namespace pj {

namespace {

double scaled(std::int64_t count, double energy) {
  return static_cast<double>(count) * energy;
}

}  // namespace

/// What the tiles of a way cost, and serving them from the level `from` or, where that is none, from outside the chosen
/// part. Only the loops over indices that the tensor does not depend on, or that slide it, count.
Bounder::Parts Bounder::path_energy(const Way& way, std::size_t from, const Outside& outside) {
  Fingerprint key;
  const bool slides = outside.kind == Outside::Kind::Slides;
  key.add(way.tensor | way.to << 4 | from << 8 | static_cast<std::uint64_t>(outside.kind) << 12 |
          (slides ? outside.index : 0) << 14 | std::uint64_t{way.least} << 19 | std::uint64_t{way.open} << 20 |
          way.slide_stage << 21 | way.slide_index << 25 | std::uint64_t{fanouts_left_} << 30 |
          std::uint64_t{tensor_keeps_[way.tensor]} << 32);
  nest_.add_loops(way, key);
  const auto [parts, is_new] = energies_.find_or_add(key);
  if (is_new) {
    parts.done = inner_end(nest_, way, outside);
    if (from < accelerator_.stages.size()) {
      parts.done += outer_end(nest_, way, from, outside) + hops(nest_, way, from, outside);
    } else {
      parts.done += hops(nest_, way, nest_.first_stage(), outside);
      parts.open = unfinished(nest_, way, outside);
    }
  }
  return parts;
}

/// The words of a tensor in the chosen part's extents.
double Bounder::held_words(std::size_t tensor) const {
  std::vector<std::int64_t> extents;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    extents.push_back(nest_.extent(index));
  }
  return static_cast<double>(tile_words(workload_, tensor, extents));
}

/// The words of an output that are partial sums taken up again, at least.
double Bounder::comes_back(PartialNest& nest, const Way& way, std::int64_t moved, std::size_t apart) {
  return static_cast<double>(std::max<std::int64_t>(0, moved - nest.touched(way, apart, fanouts_left_)));
}

/// What the tiles at the way's inner end cost to fill and to send out.
double Bounder::inner_end(PartialNest& nest, const Way& way, const Outside& outside) {
  if (way.to == accelerator_.stages.size()) {
    return 0.0;
  }
  const Table& table = tables_[way.tensor];
  const std::int64_t received = nest.moved(way, way.to, outside, false);
  if (!workload_.is_output(way.tensor)) {
    return scaled(received, table.fill[way.to]);
  }
  return comes_back(nest, way, received, way.to) * table.fill[way.to] +
         (accelerator_.conventions.drain_reads ? scaled(received, table.drain[way.to]) : 0.0);
}

/// What serving the way costs the level at its outer end.
double Bounder::outer_end(PartialNest& nest, const Way& way, std::size_t from, const Outside& outside) {
  const Table& table = tables_[way.tensor];
  const std::int64_t sent = nest.moved(way, from, outside, false);
  if (!workload_.is_output(way.tensor)) {
    return scaled(sent, table.serve[from]);
  }
  return scaled(sent, table.update[from]) + comes_back(nest, way, sent, from) * table.serve[from];
}

double Bounder::hops(PartialNest& nest, const Way& way, std::size_t from, const Outside& outside) {
  double total = 0.0;
  for (std::size_t stage = from; stage < way.to; ++stage) {
    if (const double hop = tables_[way.tensor].hop[stage]; hop > 0.0) {
      const std::int64_t crossing = nest.moved(way, stage + 1, outside, false);
      const bool returns = workload_.is_output(way.tensor) && way.to < accelerator_.stages.size();
      total += (static_cast<double>(crossing) + (returns ? comes_back(nest, way, crossing, stage + 1) : 0.0)) * hop;
    }
  }
  return total;
}

/// The least that a level costs which is still to be chosen as the way's outer end, and all that supplies it.
double Bounder::unfinished(PartialNest& nest, const Way& way, const Outside& outside) {
  const Table& table = tables_[way.tensor];
  const std::int64_t sent = nest.moved(way, 0, outside, fanouts_left_);
  const double again = fanouts_left_ ? 0.0 : std::max(0.0, static_cast<double>(sent) - table.most_elements);
  return least_supply(way.tensor, nest.first_stage(), again, [&](std::size_t) { return static_cast<double>(sent); });
}

}  // namespace pj
