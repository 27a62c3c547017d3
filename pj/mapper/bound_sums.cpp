#include <algorithm>
#include <limits>

#include "pj/mapper/bound.hpp"

namespace pj {

/// Every product is added to a sum exactly once, somewhere on its way, until the elements of the output are left: what
/// the chosen part does is counted as `traffic` counts it, and the rest costs at least the cheapest place to add.
bool Bounder::is_handed_on(std::size_t tensor) const {
  return accelerator_.conventions.free_handoff && workload_.is_output(tensor);
}

double Bounder::addition(std::size_t tensor, std::size_t stage) const {
  const Table& table = tables_[tensor];
  if (stage == accelerator_.stages.size()) {
    return nest_.shape(tensor).latched ? 0.0 : std::numeric_limits<double>::infinity();
  }
  if (const auto* fanout = std::get_if<Fanout>(&accelerator_.stages[stage])) {
    return fanout->reduction ? table.hop[stage] + table.chain_hop[stage] : std::numeric_limits<double>::infinity();
  }
  return table.may_keep[stage] ? table.serve[stage] + table.update[stage] : std::numeric_limits<double>::infinity();
}

/// The least that an addition costs at the stages from `innermost` outwards.
double Bounder::cheapest_addition(std::size_t tensor, std::size_t innermost) const {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t stage = 0; stage <= innermost; ++stage) {
    least = std::min(least, addition(tensor, stage));
  }
  return least;
}

/// Follows the words of an output outwards as far as the loops decide how many there are.
Bounder::Sums Bounder::handed_on(std::size_t tensor, const std::vector<Way>& ways, const std::vector<std::size_t>& from,
                                 const Outside& outside) {
  const Table& table = tables_[tensor];
  Sums result{table.elements * table.update.front(), static_cast<double>(workload_.operations()), 0};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const Way& way = ways[i];
    result.at = way.to;
    const bool is_outermost = i == from.size();
    const bool may_stay =
        way.least || (way.open && (outside.kind == Outside::Kind::Stays || outside.kind == Outside::Kind::Least));
    if (nest_.first_stage() == 0 ? is_outermost : may_stay) {
      return result;
    }
    const auto leaving = static_cast<double>(nest_.moved(way, way.to, outside, false));
    if (way.to < accelerator_.stages.size()) {
      result.energy += (result.words - leaving) * (table.serve[way.to] + table.update[way.to]);
    }
    result.words = leaving;
    const std::size_t outer = is_outermost ? nest_.first_stage() : from[i];
    result.energy += hops(nest_, way, outer, outside);
    result.words = static_cast<double>(nest_.moved(way, outer, outside, false));
    result.at = is_outermost ? outer - 1 : outer;
  }
  return result;
}

Bounder::Parts Bounder::sums_energy(std::size_t tensor, const std::vector<Way>& ways,
                                    const std::vector<std::size_t>& from, const Outside& outside) {
  const Sums known = handed_on(tensor, ways, from, outside);
  const double left = std::max(0.0, known.words - tables_[tensor].elements);
  return {known.energy + (left > 0.0 ? left * cheapest_addition(tensor, known.at) : 0.0)};
}

/// As `spread_energy`: copies that differ in an index which the fanout reduces add up to one word of so many.
Bounder::Parts Bounder::spread_sums(std::size_t tensor, const Mapping& mapping, const Copies& copies) const {
  const Sums& known = supplied_[tensor].sums;
  const double elements = tables_[tensor].elements;
  double inside =
      known.at == accelerator_.stages.size() ? addition(tensor, known.at) : std::numeric_limits<double>::infinity();
  for (std::size_t stage = std::min(known.at + 1, accelerator_.stages.size()); stage-- > fanout_ + 1;) {
    const auto& keeps = mapping.stages[stage].keeps;
    inside = keeps.empty() || keeps[tensor] ? std::min(inside, addition(tensor, stage)) : inside;
  }
  const double network = addition(tensor, fanout_);
  const double outside = cheapest_addition(tensor, fanout_ - 1);
  const double left = std::max(0.0, known.words - elements);
  if (inside < std::numeric_limits<double>::infinity() || network > outside) {
    return {known.energy + left * std::min({inside, network, outside})};
  }
  double reduced = 1.0;
  const auto& fanout = std::get<Fanout>(accelerator_.stages[fanout_]);
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    const bool meet = !nest_.depends(tensor, index) || nest_.slides(tensor, index);
    const bool adds = meet && shares(fanout, workload_.indices[index].name, true);
    reduced *= adds ? static_cast<double>(copies[index]) : 1.0;
  }
  const double crossing = std::max(known.words / reduced, elements);
  return {known.energy + std::max(0.0, known.words - crossing) * network + (crossing - elements) * outside};
}

}  // namespace pj
