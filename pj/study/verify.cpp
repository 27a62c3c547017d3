#include "pj/study/verify.hpp"

#include "pj/base/text.hpp"
#include "pj/cost/walk.hpp"
#include "pj/mapper/exhaustive.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/mapspace.hpp"
#include "pj/study/rounding.hpp"

namespace pj {

namespace {

/// A count under both ways of counting; throws where they differ.
void compare(std::int64_t closed_form, std::int64_t walked, const std::string& what) {
  if (closed_form != walked) {
    throw std::logic_error("the closed form counts " + grouped(closed_form) + " " + what +
                           ", executing the loop nest " + grouped(walked));
  }
}

void compare(const Transfers& closed_form, const Transfers& walked, const std::string& where) {
  compare(closed_form.served, walked.served, "words served" + where);
  compare(closed_form.drained, walked.drained, "words drained" + where);
  compare(closed_form.filled, walked.filled, "words filled" + where);
  compare(closed_form.updated, walked.updated, "words updated" + where);
}

void compare(const LayerEstimate& layer, const Accelerator& accelerator, const Traffic& walked) {
  const Traffic& closed_form = layer.result.traffic;
  compare(closed_form.macs, walked.macs, "multiply-accumulates");
  compare(closed_form.steps, walked.steps, "steps");
  compare(closed_form.units, walked.units, "units at work");
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    for (std::size_t t = 0; t < layer.workload.tensors.size(); ++t) {
      const std::string where = " of " + layer.workload.tensors[t].name + " at " + stage_name(accelerator.stages[s]);
      compare(closed_form.levels[s][t], walked.levels[s][t], where);
      compare(closed_form.busiest[s][t], walked.busiest[s][t], where + " in its busiest instance");
      compare(closed_form.hops[s][t], walked.hops[s][t], "hops" + where);
    }
  }
  ensure(closed_form == walked, "the closed form counts what executing the loop nest does");
}

VerifiedWalk verify_by_walk(const LayerEstimate& layer, const Accelerator& accelerator, const VerifyOptions& options) {
  const Mapping& mapping = layer.result.mapping;
  VerifiedWalk verified{layer.result.traffic.steps, walk_size(layer.workload, accelerator, mapping)};
  if (verified.size > static_cast<double>(options.longest_walk)) {
    return verified;
  }
  WalkOptions walking{.interrupt = options.mapper.interrupt};
  if (options.progress) {
    walking.progress = [&](std::int64_t steps) {
      options.progress("executed " + grouped(steps) + " of " + grouped(verified.steps) + " steps of the loop nest");
    };
  }
  compare(layer, accelerator, walk(layer.workload, accelerator, mapping, walking));
  verified.is_done = true;
  return verified;
}

/// The search's value must be the least that there is, or its lower bound below that where it was stopped.
void compare(const MapperResult& found, const MapperResult& best, Objective objective) {
  const double ours = objective_value(objective, found.cost);
  const double least = objective_value(objective, best.cost);
  const bool is_attained = best.verdict && least <= ours * (1.0 + sum_rounding);
  const double bound = found.certificate.proved ? ours : found.certificate.lower_bound;
  if (!is_attained || bound > least * (1.0 + sum_rounding)) {
    throw std::logic_error("the search found " + to_string(objective) + " " + exact(ours) + " and the lower bound " +
                           exact(bound) + "; the least of all mappings is " +
                           (best.verdict ? exact(least) : "of none"));
  }
}

VerifiedSearch verify_by_exhaustion(const LayerEstimate& layer, const Accelerator& accelerator,
                                    const VerifyOptions& options) {
  const MapspaceOptions everything{.perfect_factors = options.mapper.perfect_factors, .obeys_constraints = false};
  VerifiedSearch verified{mapspace_size(layer.workload, accelerator, everything)};
  verified.was_proved = layer.result.certificate.proved;
  if (!verified.size || *verified.size > static_cast<double>(options.largest_mapspace)) {
    return verified;
  }
  if (options.progress) {
    options.progress("pricing every mapping: " + magnitude(*verified.size) + " to go through");
  }
  MapperOptions exhaustive = options.mapper;
  exhaustive.time_limit.reset();
  const MapperResult best = exhaustive_search(layer.workload, accelerator, exhaustive);
  if (options.mapper.interrupt != nullptr) {
    options.mapper.interrupt->check();
  }
  compare(layer.result, best, options.mapper.objective);
  verified.compared = best.certificate.complete;
  verified.is_done = true;
  return verified;
}

std::string report(const VerifiedWalk& walk, std::int64_t longest) {
  return walk.is_done ? "Verified: executing the loop nest, " + grouped(walk.steps) + " steps, counts the same words.\n"
                      : "Left out: executing the loop nest; it would set up " + magnitude(walk.size) +
                            " elements one by one, more than " + grouped(longest) + ".\n";
}

std::string report(const VerifiedSearch& search, std::int64_t largest) {
  if (search.is_done) {
    return "Verified: of all " + grouped(search.compared) + " mappings that fit, priced one by one, none is " +
           (search.was_proved ? "better.\n" : "below the bound.\n");
  }
  return "Left out: pricing every mapping; an exhaustive search would go through " +
         (search.size ? magnitude(*search.size) + ", more than " + grouped(largest) : "more than can be counted") +
         ".\n";
}

}  // namespace

Verification verify(const LayerEstimate& layer, const Accelerator& accelerator, const VerifyOptions& options) {
  Verification verification{verify_by_walk(layer, accelerator, options)};
  if (layer.result.certificate != Certificate{}) {  // it was searched for
    verification.search = verify_by_exhaustion(layer, accelerator, options);
  }
  return verification;
}

std::string verification_report(const Verification& verification, const VerifyOptions& options) {
  return report(verification.walk, options.longest_walk) +
         (verification.search ? report(*verification.search, options.largest_mapspace) : "");
}

}  // namespace pj
