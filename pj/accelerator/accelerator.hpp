#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pj/base/units.hpp"
#include "pj/sparse/sparse_format.hpp"

namespace pj {

/// How a value of a machine came to be known.
struct Provenance {
  enum class Origin {
    File,   ///< the machine file gives it
    Table,  ///< a reference table that the user gives (ERT, ART)
    Model,  ///< estimated from technologies/
  };

  std::string source;  ///< publication, or how it was derived
  std::string basis;   ///< measured, simulated, published, estimated or normalised
  Origin origin = Origin::File;

  bool operator==(const Provenance&) const = default;
};

/// A set of names, or any name at all.
using Names = std::optional<std::vector<std::string>>;

bool admits(const Names& names, const std::string& name);

/// A memory. One instance stands behind every branch of the fanouts outside it.
struct Level {
  std::string name;
  std::optional<Bits> capacity;            ///< shared by the tensors; nothing: without limit
  std::map<std::string, Bits> partitions;  ///< or a memory of its own for each tensor that may be kept
  Names keeps;                             ///< tensors that it may keep
  std::vector<std::string> must_keep;      ///< tensors that may not bypass it
  bool double_buffered = false;            ///< half of the capacity is being filled while the other is used
  Bits word{16};                           ///< what one read or write moves
  Picojoules read, write;                  ///< of one word
  std::optional<double> read_bandwidth, write_bandwidth, bandwidth;  ///< bits a cycle and instance; shared: the last
  std::vector<std::string> exposed;  ///< tensors whose transfers the arithmetic waits for
  SquareMicrons area;                ///< of one instance
  Names loops;                       ///< indices that may be tiled here in time
  std::vector<std::string> whole;    ///< indices that must lie whole in its tile
  Names stays;  ///< tensors whose tiles further in may stay in place, or slide, while its loops run
  /// Tensors that are stored in this format where it takes fewer bits than dense numbers.
  std::map<std::string, SparseFormat> formats;
  /// For a tensor that the compute units take from here: the operands of which a zero saves the access.
  std::map<std::string, std::vector<std::string>> gated;

  bool operator==(const Level&) const = default;
};

/// May the level keep this tensor, and must it?
bool may_keep(const Level& level, const std::string& tensor);
bool must_keep(const Level& level, const std::string& tensor);

/// One direction of an array.
struct FanoutAxis {
  std::string name;  ///< columns, rows
  std::int64_t size = 1;
  Names indices;  ///< indices that may be spread along it

  bool operator==(const FanoutAxis&) const = default;
};

/// Copies of everything inside it, in one or two dimensions, with the network that feeds them.
struct Fanout {
  std::string name;
  std::vector<FanoutAxis> axes;
  bool multicast = true;              ///< a word that several copies need at one step is read once outside
  bool reduction = true;              ///< partial sums of several copies are added on their way out
  Names reduces;                      ///< if so, those of copies that differ in these indices
  bool chain = false;                 ///< they are added from neighbour to neighbour: n copies make n − 1 hops
  bool one_axis = false;              ///< an index is spread along one of the axes only
  Picojoules hop;                     ///< of one word delivered to, or collected from, one copy
  std::optional<Picojoules> sum_hop;  ///< of a word of an output; that of the others where it is left out
  Names hops;                         ///< tensors whose words pay for it; the others have wires that cost nothing
  SquareMicrons area;

  bool operator==(const Fanout&) const = default;

  std::int64_t copies() const;
};

/// Does one word serve copies that differ in this index: an input by multicast, an output by reduction?
bool shares(const Fanout& fanout, const std::string& index, bool is_output);

/// Which zeros cost no time: lanes that leave them out at their own pace, and wait for each other.
struct ZeroSkipping {
  std::vector<std::string> tensors;
  std::int64_t lanes = 1;  ///< that wait for the slowest of them
  std::int64_t brick = 1;  ///< operations of a lane from one wait to the next, zeros included

  bool operator==(const ZeroSkipping&) const = default;
};

/// The multiply-accumulate unit of every processing element.
struct Compute {
  enum class Precision {
    Fixed,     ///< narrower numbers are padded, and cost as much
    Scalable,  ///< the energy follows the widths of the numbers (docs/model.md, "Energy")
  };

  std::string name = "MAC";
  Picojoules energy;  ///< of one multiply-accumulate on its widest numbers
  Picojoules add;     ///< what of it the adder takes; read where the precision is scalable
  Precision precision = Precision::Fixed;
  int bits = 16;                     ///< width of the numbers it works on
  int partial_bits = 0;              ///< of a partial sum inside the outermost level; 0: those of the output
  std::vector<std::string> latches;  ///< tensors whose element stays at the unit while it is reused
  SquareMicrons area;
  std::vector<std::string> gates;  ///< operands of which a zero saves the energy of the operation, but no time
  ZeroSkipping skips;

  bool operator==(const Compute&) const = default;
};

using Stage = std::variant<Level, Fanout>;

const std::string& stage_name(const Stage& stage);

/// Conventions on which models differ (docs/model.md). The defaults are the physical ones.
struct Conventions {
  enum class Halo {
    Resident,       ///< overlap of windows is kept and shared wherever the loop nest allows it
    InnermostOnly,  ///< only under the innermost loop, windows are bounding boxes, and only equal tiles are multicast
  };

  Halo halo = Halo::Resident;
  bool drain_reads = true;    ///< sending a finished tile outwards reads it
  bool free_handoff = false;  ///< a word is paid for where it is used: inputs where they are read, sums where added

  bool operator==(const Conventions&) const = default;
};

/// An accelerator: levels and fanouts, outermost first; the compute units are inside the last.
/// The first stage is a level that keeps every tensor.
struct Accelerator {
  std::string name;
  std::string title;
  std::string source;
  int node_nm = 0;
  Hertz clock{1e9};
  std::vector<Stage> stages;
  Compute compute;
  Conventions conventions;
  std::map<std::string, Provenance> provenance;  ///< of the values, by their path in the file

  bool operator==(const Accelerator&) const = default;

  std::int64_t compute_units() const;
};

/// Do the units alone take the tensor from this level, one access an operation? No level inside may keep it, no fanout
/// shares it and no latch holds it.
bool serves_operations(const Accelerator& accelerator, std::size_t stage, const std::string& tensor);

/// Throws `InputError` where the hierarchy is not one that a network can be mapped to.
void check(const Accelerator& accelerator);

/// The hierarchy as an indented drawing.
std::string draw(const Accelerator& accelerator);

}  // namespace pj
