#include "pj/accelerator/component.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "pj/accelerator/scaling.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

/// How a table goes on beyond its sizes: as a power of the size, at most so many times beyond.
struct Beyond {
  double exponent = 1.0;
  double reach = 1.0;
};

// Word and bit lines grow with the root of the capacity, as the points of the table do (10 pJ at 8 KiB, 20 at 32 KiB).
constexpr Beyond access_beyond{0.5, 4.0};
constexpr Beyond area_beyond{1.0, 4.0};
// Sze et al. 2017, section VII: adders grow linearly with the width, multipliers with its square. All widths are
// allowed.
constexpr Beyond adder_beyond{1.0, 64.0};
constexpr Beyond multiplier_beyond{2.0, 64.0};

using Points = std::vector<CostPoint>;
using SizeText = std::function<std::string(double)>;

std::string bytes_text(double bytes) {
  return binary_size(static_cast<std::int64_t>(8.0 * bytes));
}

std::string bits_text(double bits) {
  return std::to_string(static_cast<int>(bits)) + " bit";
}

std::string nm_text(int nm) {
  return std::to_string(nm) + " nm";
}

/// The points of each node, apart.
std::vector<Points> by_node(const CostTable& table) {
  std::vector<Points> groups;
  for (const CostPoint& point : table.points) {
    const auto group =
        std::find_if(groups.begin(), groups.end(), [&](const Points& g) { return g.front().node_nm == point.node_nm; });
    if (group == groups.end()) {
      groups.push_back({point});
    } else {
      group->push_back(point);
    }
  }
  return groups;
}

/// How many times the size is beyond the points; 1 within.
double outside(const Points& points, double size) {
  if (points.front().size == 0.0) {
    return 1.0;
  }
  return std::max({1.0, points.front().size / size, size / points.back().size});
}

/// How far two nodes are apart; costs that know no node are near to all.
double distance(int node, int other) {
  return node == 0 || other == 0 ? 0.0 : std::abs(std::log(static_cast<double>(node) / other));
}

/// The points to start from: those whose sizes reach furthest towards this one, then those of the nearest node.
Points nearest_points(const CostTable& table, double size, int node_nm) {
  std::vector<Points> groups = by_node(table);
  return *std::min_element(groups.begin(), groups.end(), [&](const Points& a, const Points& b) {
    return std::pair(outside(a, size), distance(a.front().node_nm, node_nm)) <
           std::pair(outside(b, size), distance(b.front().node_nm, node_nm));
  });
}

/// The value at a size: a point's own, on the power law between two, or on the given one beyond them.
Estimated at_size(const Points& points, double size, const Beyond& beyond, const SizeText& text) {
  const CostPoint& first = points.front();
  if (first.size == 0.0) {
    return {first.value, first.provenance.source};
  }
  const auto above = std::find_if(points.begin(), points.end(), [&](const CostPoint& p) { return p.size >= size; });
  if (above != points.end() && above->size == size) {
    return {above->value, above->provenance.source};
  }
  if (above == points.begin() || above == points.end()) {
    const CostPoint& end = above == points.end() ? points.back() : first;
    return {end.value * std::pow(size / end.size, beyond.exponent), end.provenance.source + "; beyond its " +
                                                                        text(end.size) + " as the " +
                                                                        (beyond.exponent == 0.5   ? "root of the size"
                                                                         : beyond.exponent == 2.0 ? "square of the size"
                                                                                                  : "size")};
  }
  const CostPoint& below = *(above - 1);
  const double share = std::log(size / below.size) / std::log(above->size / below.size);
  return {below.value * std::pow(above->value / below.value, share),
          below.provenance.source + "; power law between its " + text(below.size) + " and " + text(above->size)};
}

/// Takes an estimate from the node of its points to another.
Estimated at_node(const Technology& technology, Estimated estimate, int from, int to, bool is_area) {
  if (from == 0 || from == to) {
    return estimate;
  }
  if (to == 0) {
    throw InputError("to estimate a cost the machine must say its 'technology'; add it, or give the cost itself");
  }
  estimate.value *= is_area ? area_scale(technology, from, to) : energy_scale(technology, from, to);
  estimate.rule += "; " + nm_text(from) + " to " + nm_text(to) + " by Stillmaker and Baas 2017";
  return estimate;
}

Estimated look_up(const Technology& technology, const CostTable& table, double size, int node_nm, const Beyond& beyond,
                  const SizeText& text) {
  const Points points = nearest_points(table, size, node_nm);
  if (outside(points, size) > beyond.reach) {
    throw InputError(table.component + " of " + text(size) + " is far outside the table (" + text(points.front().size) +
                     " to " + text(points.back().size) + "); give its costs yourself");
  }
  return at_node(technology, at_size(points, size, beyond, text), points.front().node_nm, node_nm,
                 table.quantity == "area");
}

/// The bytes of a memory; where the table asks for them, it must have some.
double bytes_of(const Memory& memory, const CostTable& table) {
  if (!memory.capacity && table.points.front().size > 0.0) {
    throw InputError("a level of kind " + memory.kind + " needs a 'capacity' to estimate its costs");
  }
  return memory.capacity ? static_cast<double>(memory.capacity->value) / 8.0 : 0.0;
}

// Every port adds a word line and a bit line to a cell: twice the ports, twice the length of both lines and four times
// the cell (Rixner et al., HPCA 2000, as recalled).
void add_ports(Estimated& estimate, int ports, double exponent) {
  if (ports > 1) {
    estimate.value *= std::pow(ports, exponent);
    estimate.rule += "; " + std::to_string(ports) + " ports as Rixner et al. 2000";
  }
}

const CostTable& table_of(const Technology& technology, const Arithmetic& arithmetic, const std::string& quantity) {
  const CostTable* table = find_table(technology, arithmetic.numbers + " " + arithmetic.operation, quantity);
  if (table == nullptr) {
    throw InputError("unknown arithmetic '" + arithmetic.numbers + " " + arithmetic.operation +
                     "'; known: fixed and float, add and multiply");
  }
  return *table;
}

Estimated look_up(const Technology& technology, const Arithmetic& arithmetic, const std::string& quantity,
                  int node_nm) {
  const Beyond& beyond = arithmetic.operation == "multiply" ? multiplier_beyond : adder_beyond;
  return look_up(technology, table_of(technology, arithmetic, quantity), arithmetic.bits, node_nm, beyond, bits_text);
}

}  // namespace

Estimated access_energy(const Technology& technology, const Memory& memory, const std::string& quantity, int node_nm) {
  const CostTable* table = find_table(technology, memory.kind, quantity);
  if (table == nullptr) {
    throw InputError("unknown kind of memory '" + memory.kind + "'" +
                     did_you_mean(memory.kind, memory_kinds(technology)));
  }
  const double bytes = bytes_of(memory, *table);
  Estimated estimate = look_up(technology, *table, bytes, node_nm, access_beyond, bytes_text);
  estimate.value *= static_cast<double>(memory.word.value);
  add_ports(estimate, memory.ports, 1.0);
  return estimate;
}

std::optional<Estimated> storage_area(const Technology& technology, const Memory& memory, int node_nm) {
  if (!memory.capacity) {
    return std::nullopt;
  }
  const double bytes = static_cast<double>(memory.capacity->value) / 8.0;
  const CostTable* points = find_table(technology, memory.kind, "area");
  const StorageTable* table = find_storage(technology, memory.kind);
  const bool is_point = points != nullptr && outside(nearest_points(*points, bytes, node_nm), bytes) == 1.0;
  if (points == nullptr && table == nullptr) {
    return std::nullopt;
  }
  Estimated estimate;
  if (table != nullptr && !is_point) {
    estimate = at_node(technology, {pj::storage_area(*table, bytes).value, table->points.front().provenance.source},
                       table->node_nm, node_nm, true);
  } else {
    estimate = look_up(technology, *points, bytes, node_nm, area_beyond, bytes_text);
  }
  add_ports(estimate, memory.ports, 2.0);
  return estimate;
}

std::optional<Estimated> memory_bandwidth(const Technology& technology, const std::string& kind,
                                          std::optional<int> channels) {
  const ChannelBandwidth* interface = find_channels(technology, kind);
  if (interface == nullptr) {
    return std::nullopt;
  }
  const int count = channels.value_or(interface->channels);
  return Estimated{count * interface->bytes_per_second, interface->provenance.source + "; " +
                                                            counted(count, "channel") + " of " +
                                                            scaled(interface->bytes_per_second, "B/s")};
}

Estimated operation_energy(const Technology& technology, const Arithmetic& arithmetic, int node_nm) {
  return look_up(technology, arithmetic, "energy", node_nm);
}

Estimated operation_area(const Technology& technology, const Arithmetic& arithmetic, int node_nm) {
  return look_up(technology, arithmetic, "area", node_nm);
}

Estimated wire_energy(const Technology& technology, const Wire& wire, int node_nm) {
  const WireCost& cost = technology.wires.front();
  if (node_nm == 0) {
    throw InputError("to estimate a wire the machine must say its 'technology'; add it, or give the 'hop' itself");
  }
  const double volts = supply(technology, node_nm);
  // Keckler et al. 2011: the capacitance of a millimetre stays about the same, so the energy goes with V².
  const double scale = volts / cost.supply * volts / cost.supply;
  return {cost.energy.value * scale * wire.millimetres * static_cast<double>(wire.word.value),
          cost.provenance.source + "; " + significant(wire.millimetres) + " mm at " + significant(volts) + " V"};
}

}  // namespace pj
