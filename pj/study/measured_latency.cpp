#include "pj/study/measured_latency.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/median.hpp"
#include "pj/kernels/measure.hpp"

namespace pj {

/// A plan with its inputs, of zeros, and its outputs in memory.
struct TimedPlan {
  Plan plan;
  std::vector<Constant> inputs, outputs;
  std::vector<std::span<const std::byte>> given;
  std::vector<std::span<std::byte>> found;
  int runs = 1;  ///< of a round

  TimedPlan(const Network& network, const LatencyOptions& options)
      : plan(network, options.plan), inputs(zeros()), outputs(plan.run(inputs)) {
    for (const Constant& input : inputs) {
      given.emplace_back(input.bytes);
    }
    for (Constant& output : outputs) {
      found.emplace_back(output.bytes);
    }
    const double once = std::max(seconds(), 1e-7);
    runs = std::max(1, static_cast<int>(std::ceil(options.round.value / once)));
  }

  std::vector<Constant> zeros() const {
    std::vector<Constant> tensors;
    for (const ValueId id : plan.network().inputs) {
      const Value& value = plan.network().values[id];
      const auto bytes = static_cast<std::size_t>(form_bytes(plan.network(), planar_form(plan.network(), id)));
      tensors.push_back({value.format, value.shape, std::vector<std::byte>(bytes)});
    }
    return tensors;
  }

  /// Of one run.
  double seconds() const {
    const Seconds start = processor_time();
    for (int i = 0; i < runs; ++i) {
      plan.run(given, found);
    }
    return (processor_time() - start).value / runs;
  }
};

namespace {

/// What the layers take, in shares of their sum.
std::map<std::string, double> layer_shares(const TimedPlan& timed, int rounds) {
  std::vector<std::vector<double>> times;
  std::vector<LayerTime> parts;
  for (int round = 0; round < rounds; ++round) {
    parts = timed.plan.timed_run(timed.given, timed.found);
    times.resize(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      times[i].push_back(parts[i].time.value);
    }
  }
  std::map<std::string, double> layers;
  std::string next;  // whose part is yet to come
  double sum = 0.0;
  for (std::size_t i = parts.size(); i-- > 0;) {
    next = parts[i].layer.empty() ? next : parts[i].layer;
    const double time = median(times[i]);
    layers[next] += time;
    sum += time;
  }
  for (auto& [name, time] : layers) {
    time /= sum;
  }
  return layers;
}

MeasuredLatency latency_of(double seconds, const std::map<std::string, double>& layers) {
  MeasuredLatency result{.whole = Seconds{seconds}};
  for (const auto& [name, share] : layers) {
    result.layers[name] = Seconds{share * seconds};
  }
  return result;
}

}  // namespace

std::map<std::string, double> MeasuredLatency::microseconds() const {
  std::map<std::string, double> numbers;
  for (const auto& [name, time] : layers) {
    numbers[name] = 1e6 * time.value;
  }
  return numbers;
}

struct LatencyMeter::Parts {
  LatencyOptions options;
  TimedPlan timed;
  MeasuredLatency reference;
};

LatencyMeter::LatencyMeter(const Network& reference, LatencyOptions options) {
  TimedPlan timed(reference, options);
  std::vector<double> times;
  for (int round = 0; round < options.rounds; ++round) {
    times.push_back(timed.seconds());
  }
  const MeasuredLatency found = latency_of(median(times), layer_shares(timed, options.rounds));
  parts_ = std::make_unique<Parts>(Parts{std::move(options), std::move(timed), found});
}

LatencyMeter::LatencyMeter(LatencyMeter&&) noexcept = default;
LatencyMeter::~LatencyMeter() = default;

const MeasuredLatency& LatencyMeter::reference() const {
  return parts_->reference;
}

MeasuredLatency LatencyMeter::measure(const Network& network) const {
  const LatencyOptions& options = parts_->options;
  const TimedPlan timed(network, options);
  std::vector<double> ratios;
  for (int round = 0; round < options.rounds; ++round) {
    if (options.check) {
      options.check();
    }
    const double reference = parts_->timed.seconds();
    ratios.push_back(timed.seconds() / reference);
  }
  return latency_of(parts_->reference.whole.value * median(ratios), layer_shares(timed, options.rounds));
}

}  // namespace pj
