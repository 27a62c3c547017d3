#include "pj/study/mapped_claim.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

const std::string conv5 = "of: alexnet, layer: conv5, batch: 4, on: eyeriss, mapping: eyeriss_alexnet_conv5";

YamlNode parameters(const std::string& text) {
  return parse_yaml("{" + text + "}", "c.yaml");
}

double counted(const std::string& count, const std::string& rest = conv5) {
  const YamlNode with = parameters("count: " + count + ", " + rest);
  return count_of(mapped_as_claimed(with), with);
}

std::string mapped_fault(const std::string& text) {
  return input_fault([&] {
    const YamlNode with = parameters(text);
    count_of(mapped_as_claimed(with), with);
  });
}

}  // namespace

TEST_CASE("the buffer accesses of the chip's nest are those of the formula of its dataflow") {
  // Chen, Emer and Sze, ISCA 2016, for Eyeriss: maps once for each M/(p·t), partial sums twice for each C/(q·r).
  const double maps = 4.0 * 384 * 15 * 15;
  const double sums = 4.0 * 256 * 13 * 13;
  CHECK(counted("MB, level: buffer, fills: off") == doctest::Approx((maps * 4 + 2 * 32 * sums) * 2e-6));
  CHECK(counted("MiB, level: buffer, fills: off") == doctest::Approx((maps * 4 + 2 * 32 * sums) * 2 / 1048576));
  CHECK(counted("MB, level: buffer") == doctest::Approx((maps * 4 + maps * 2 + 2 * 32 * sums) * 2e-6));
}

TEST_CASE("the latency is the processing and the time of the maps on the link") {
  const double link = (4.0 * 384 * 15 * 15 * 2 + 4.0 * 256 * 13 * 13) * 2e-6 / 480;
  CHECK(counted("latency") == doctest::Approx(counted("processing") + 1e3 * link));
}

TEST_CASE("the energy of the chip is all but that of the DRAM") {
  const YamlNode with = parameters("count: chip energy, " + conv5);
  const MappedLayer mapped = mapped_as_claimed(with);
  Picojoules inside = mapped.cost.energy();
  for (const Picojoules tensor : mapped.cost.levels.front()) {
    inside = inside - tensor;
  }
  CHECK(count_of(mapped, with) == doctest::Approx(inside.value * 1e-9));
  CHECK(inside < mapped.cost.energy());
}

TEST_CASE("the clock network draws its power for as long as the layer runs") {
  CHECK(counted("clocked energy, power: 100 mW") == doctest::Approx(counted("chip energy") + 0.1 * counted("latency")));
  CHECK(mapped_fault("count: clocked energy, power: 100, " + conv5)
            .ends_with("must be a number with a unit (mW), not '100'"));
}

TEST_CASE("maps with zeros are run-length coded in the DRAM, weights are not") {
  const std::string zeros = conv5 + ", densities: eyeriss_alexnet";
  const double plain = counted("MB, level: DRAM");
  CHECK(counted("MB, level: DRAM, coded: off", zeros) == doctest::Approx(plain));
  const double weights = 256.0 * 192 * 9 * 2e-6;
  CHECK(counted("MB, level: DRAM", zeros) > weights);
  CHECK(counted("MB, level: DRAM", zeros) < weights + 0.5 * (plain - weights));
}

TEST_CASE("the best nest has the least product of energy and time") {
  const YamlNode with = parameters("count: latency, " + conv5);
  const MappedLayer chosen = mapped_as_claimed(with);
  const MappedLayer best = mapped_at_best(with, nullptr);
  CHECK(best.cost.energy() * best.cost.cycles().value <= chosen.cost.energy() * chosen.cost.cycles().value);
  CHECK(best.workload == chosen.workload);
}

TEST_CASE("a claim on a mapped layer is told what it got wrong") {
  CHECK(mapped_fault("count: latency, of: alexnet, layer: conv5, batch: 4, on: eyeriss, mapping: eyeris_alexnet_conv5")
            .ends_with("unknown mapping 'eyeris_alexnet_conv5'; did you mean 'eyeriss_alexnet_conv5'?"));
  CHECK(mapped_fault("count: latencies, " + conv5).ends_with("unknown count 'latencies'; did you mean 'latency'?"));
  CHECK(mapped_fault("count: MB, level: bufer, " + conv5).ends_with("the accelerator has no level 'bufer'"));
  CHECK(mapped_fault("count: latency, of: alexnet, layer: conv6, on: eyeriss, mapping: eyeriss_alexnet_conv5")
            .find("unknown layer 'conv6'") != std::string::npos);
  CHECK(mapped_fault("count: latency, of: alexnet, layer: conv3, batch: 4, on: eyeriss, mapping: eyeriss_alexnet_conv5")
            .find("reproduction/mappings/eyeriss_alexnet_conv5.txt") != std::string::npos);
}

}  // namespace pj
