#include "pj/study/measured_latency.hpp"

#include <doctest/doctest.h>

#include "pj/base/interrupt.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/network/network.hpp"

namespace pj {

namespace {

/// Two convolutions of so many channels, one behind the other.
Network two_convolutions(std::int64_t C) {
  NetworkBuilder builder("two");
  ValueId x = builder.input("x", {1, C, 14, 14});
  for (const std::string name : {"first", "second"}) {
    x = builder.add_one(name, Convolution{.pad_begin = {1, 1}, .pad_end = {1, 1}},
                        {x, builder.weight(name + "/weight", {C, C, 3, 3})});
    x = builder.add_one(name + "/relu", Activation{}, {x});
  }
  return with_random_weights(builder.finish({x}));
}

}  // namespace

TEST_CASE("a network that computes 64 times as much takes longer, and a network takes what itself takes") {
  const LatencyMeter meter(two_convolutions(16), {.rounds = 5, .round = Seconds{0.002}});
  const double alone = meter.reference().whole.value;
  CHECK(meter.measure(two_convolutions(16)).whole.value == doctest::Approx(alone).epsilon(0.5));
  CHECK(meter.measure(two_convolutions(128)).whole.value > 4.0 * alone);
}

TEST_CASE("the layers' times add up to the whole, and carry the names of those that compute") {
  const LatencyMeter meter(two_convolutions(16), {.rounds = 3, .round = Seconds{0.001}});
  const auto layers = meter.reference().microseconds();
  double sum = 0.0;
  for (const auto& [name, time] : layers) {
    sum += time;
  }
  CHECK(sum == doctest::Approx(1e6 * meter.reference().whole.value));
  CHECK(layers.contains("first"));
  CHECK(layers.contains("second"));
}

TEST_CASE("measuring ends when the caller's check throws") {
  LatencyMeter meter(two_convolutions(16),
                     {.rounds = 3, .round = Seconds{0.001}, .check = [] { throw Interrupted(); }});
  CHECK_THROWS_AS(meter.measure(two_convolutions(16)), Interrupted);
}

}  // namespace pj
