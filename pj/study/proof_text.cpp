#include "pj/study/proof_text.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/text.hpp"

namespace pj {

namespace {

/// A share as a percentage of three digits, rounded upwards so that what was at most this still is.
std::string percent_at_most(double share) {
  const double unit = std::pow(10.0, std::floor(std::log10(100.0 * share)) - 2.0);
  return significant(std::ceil(100.0 * share / unit) * unit, 3) + " %";
}

std::string work_text(const Certificate& proof) {
  return grouped(proof.candidates) + " partial mappings were priced, " + grouped(proof.cut_by_bound) +
         " tiles and mappings cut by a bound, " + grouped(proof.cut_by_capacity) + " by a capacity, " +
         grouped(proof.complete) + " complete ones compared";
}

std::string above(double gap, const std::string& least) {
  if (!std::isfinite(gap)) {
    return "no bound of " + least + " was found yet";
  }
  return gap > 0.0 ? "at most " + percent_at_most(gap) + " above " + least : "equal to " + least;
}

/// What the layers' values add up to.
std::string sum_name(Objective objective) {
  switch (objective) {
    case Objective::Energy:
      return "the energy";
    case Objective::Delay:
      return "the delay";
    case Objective::EnergyDelay:
      return "the sum of the layers' energy-delay products";
  }
  return {};
}

}  // namespace

std::string gap_text(double gap) {
  if (!(gap > 0.0)) {
    return "proved";
  }
  return std::isfinite(gap) ? "≤ " + percent_at_most(gap) : "unknown";
}

std::string proof_text(const MapperResult& result, const MapperOptions& options,
                       const std::optional<double>& mappings) {
  const Certificate& proof = result.certificate;
  const std::string least =
      "least " + to_string(options.objective) + " of all " + (mappings ? magnitude(*mappings) + " " : "") + "mappings";
  if (proof.proved) {
    return "L" + least.substr(1) + ": " + work_text(proof) + ".\n";
  }
  if (proof == Certificate{}) {
    return "";
  }
  const bool interrupted = options.interrupt != nullptr && options.interrupt->requested();
  const std::string stopped =
      interrupted || !options.time_limit ? "Interrupted" : "Stopped after " + exact(options.time_limit->value) + " s";
  const double distance = gap(proof, objective_value(options.objective, result.cost));
  return stopped + ": " + above(distance, "the " + least) + "; " + work_text(proof) + ".\n";
}

std::string proof_text(const Estimate& estimate) {
  if (estimate.proved()) {
    return "Each layer's mapping is proved to be the best (" + std::to_string(estimate.searched) +
           " different layers searched)";
  }
  const auto proved = std::count_if(estimate.layers.begin(), estimate.layers.end(),
                                    [](const LayerEstimate& layer) { return layer.result.certificate.proved; });
  return std::to_string(proved) + " of " + counted(static_cast<std::int64_t>(estimate.layers.size()), "layer") +
         " are proved to have the best mapping, the search of the others was stopped; in all, " +
         sum_name(estimate.objective) + " is " + above(estimate.gap(), "the least");
}

}  // namespace pj
