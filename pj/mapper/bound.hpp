#pragma once

#include <cstdint>
#include <vector>

#include "pj/cost/path_counter.hpp"
#include "pj/mapper/mapper.hpp"

namespace pj {

/// A pair that is compared by its first number, and by the second where the first are equal.
struct Value {
  double first = 0.0, second = 0.0;

  auto operator<=>(const Value&) const = default;
};

/// Prices mappings of which only the inner stages are chosen. With all stages chosen the value is exact.
class Bounder {
 public:
  Bounder(const Workload& workload, const Accelerator& accelerator, Objective objective);

  /// At most the value of every mapping whose stages from `stage` inwards are those of `mapping`, where the stages
  /// outside must still run through `left` tiles of each index.
  Value bound(const Mapping& mapping, std::size_t stage, const std::vector<std::int64_t>& left);

  /// The exact value of a whole mapping.
  Value value(const Mapping& mapping);

 private:
  /// What one tensor costs at each stage, per element.
  struct Table {
    std::vector<double> read, write, hop;
    std::vector<double> supply;  ///< the least that bringing every element to a stage (and back) costs
    std::vector<bool> may_keep, must_keep;
    double elements = 0.0;       ///< of the whole tensor
    double most_elements = 0.0;  ///< as bounding boxes count them
  };

  Table table(std::size_t tensor) const;
  void add_supply(Table& table, bool is_output) const;
  double energy(const Mapping& mapping, std::size_t stage);
  double inner_end(const Path& path);
  double outer_end(const Path& path);
  double hops(const Path& path, std::size_t first_stage);
  double unfinished(std::size_t tensor, std::size_t to, std::size_t stage);
  double delay(std::size_t stage);

  const Workload& workload_;
  const Accelerator& accelerator_;
  Objective objective_;
  std::vector<Table> tables_;
  std::vector<std::int64_t> copies_outside_;  ///< of the fanouts outside a stage, as far as the machine has them
  bool has_bandwidth_ = false;
  bool fanouts_left_ = false;
  PathCounter counter_;
};

}  // namespace pj
