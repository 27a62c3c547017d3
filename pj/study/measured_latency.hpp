#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "pj/inference/plan.hpp"

namespace pj {

/// What one run of a network takes on this processor.
struct MeasuredLatency {
  Seconds whole;
  /// Parts of it by the name of the node that they compute; what only changes how a tensor lies in memory, or its
  /// number format, counts with the layer that is computed next.
  std::map<std::string, Seconds> layers;

  /// The same in microseconds.
  std::map<std::string, double> microseconds() const;
};

struct LatencyOptions {
  PlanOptions plan = {};
  int rounds = 11;
  Seconds round{0.02};          ///< of one network in one round, at least
  std::function<void()> check;  ///< may throw, to end early
};

/// Measures networks beside a reference, in turn, so that what disturbs the machine for a while disturbs both: a
/// network takes the median of the rounds' ratios to the reference, times what the reference took when it was measured
/// first.
class LatencyMeter {
 public:
  explicit LatencyMeter(const Network& reference, LatencyOptions options = {});
  LatencyMeter(LatencyMeter&&) noexcept;
  ~LatencyMeter();

  const MeasuredLatency& reference() const;
  /// One thread's processor time, on inputs of zeros, for which no step is faster. The layers' times are medians, too,
  /// scaled so that their sum is the whole.
  MeasuredLatency measure(const Network& network) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pj
