#pragma once

#include <optional>
#include <string>

#include "pj/accelerator/technology.hpp"

namespace pj {

/// A value that the model worked out from the tables of technologies/, and by which rule.
struct Estimated {
  double value = 0.0;
  std::string rule;

  bool operator==(const Estimated&) const = default;
};

/// A memory, as far as its costs depend on it.
struct Memory {
  std::string kind;              ///< a kind of the tables: register, register_file, sram, edram, ddr3, …
  std::optional<Bits> capacity;  ///< of one memory
  Bits word{32};
  int ports = 1;
};

/// The numbers that a multiplier or an adder works on.
struct Arithmetic {
  std::string numbers = "fixed";  ///< or float
  std::string operation = "multiply";
  int bits = 16;
};

/// A wire on the chip.
struct Wire {
  double millimetres = 0.0;
  Bits word{16};
};

/// The energy of reading or writing one word (`quantity` is read or write), in pJ; and the area of one memory in um2,
/// nothing where the tables have none for this kind. Throws `InputError` for an unknown kind, a capacity far outside
/// the table, and a node without scaling. docs/costs.md has the rules.
Estimated access_energy(const Technology& technology, const Memory& memory, const std::string& quantity, int node_nm);
std::optional<Estimated> storage_area(const Technology& technology, const Memory& memory, int node_nm);

/// What all channels of the memory's interface carry, in bytes a second; nothing where the tables have no interface of
/// this kind. `channels` stands in the place of the table's number.
std::optional<Estimated> memory_bandwidth(const Technology& technology, const std::string& kind,
                                          std::optional<int> channels = {});

/// The energy of one operation in pJ, its unit's area in um2.
Estimated operation_energy(const Technology& technology, const Arithmetic& arithmetic, int node_nm);
Estimated operation_area(const Technology& technology, const Arithmetic& arithmetic, int node_nm);

/// The energy of sending one word of random bits, in pJ.
Estimated wire_energy(const Technology& technology, const Wire& wire, int node_nm);

}  // namespace pj
