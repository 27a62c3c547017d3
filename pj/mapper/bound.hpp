#pragma once

#include <cstdint>
#include <vector>

#include "pj/mapper/mapper.hpp"
#include "pj/mapper/partial_nest.hpp"

namespace pj {

/// A pair that is compared by its first number, and by the second where the first are equal.
struct Value {
  double first = 0.0, second = 0.0;

  auto operator<=>(const Value&) const = default;
};

Value objective_pair(Objective objective, double energy, double delay);

/// A lower bound of all mappings that share their inner stages.
class Bounder {
 public:
  Bounder(const Workload& workload, const Accelerator& accelerator, Objective objective);

  PartialNest& nest() { return nest_; }

  /// At most the value of every mapping whose inner stages are those pushed to the nest and keep what `mapping` says.
  /// Where levels alone are left to choose, one index has the innermost of their loops: it moves or slides the tiles
  /// of every tensor that depends on it, so that not all tensors can stay at once. The bound is the least over
  /// that index. (docs/mapper.md, "The bound".)
  Value bound(const Mapping& mapping);

 private:
  using Outside = PartialNest::Outside;
  using Way = PartialNest::Way;

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
  double energy(const Mapping& mapping);
  double least_over_innermost(const std::vector<double>& staying);
  double tensor_energy(std::size_t tensor, const Outside& outside);
  double inner_end(const Way& way, const Outside& outside);
  double outer_end(const Way& way, std::size_t from, const Outside& outside);
  double unfinished(const Way& way, const Outside& outside);
  double hops(const Way& way, std::size_t from, const Outside& outside);
  double comes_back(const Way& way, std::int64_t moved, std::size_t apart);
  bool slides(std::size_t tensor, std::size_t index) const;

  const Workload& workload_;
  const Accelerator& accelerator_;
  Objective objective_;
  std::vector<Table> tables_;
  std::vector<std::int64_t> copies_outside_;  ///< of the fanouts outside a stage
  PartialNest nest_;
  bool fanouts_left_ = false;
  std::vector<std::vector<Way>> ways_;          ///< of each tensor, innermost first
  std::vector<std::vector<std::size_t>> from_;  ///< the levels at the outer ends of all ways but the last
};

}  // namespace pj
