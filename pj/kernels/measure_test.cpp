#include "pj/kernels/measure.hpp"

#include <doctest/doctest.h>

#include "pj/base/interrupt.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/network/zoo.hpp"

namespace pj {

TEST_CASE("every algorithm but the plain twin is measured, or says why not") {
  const ConvShape shape{.C = 16, .M = 32, .H = 10, .W = 10, .R = 3, .S = 3, .stride_h = 2, .stride_w = 2};
  const ConvTimes times = measure(shape, {.rounds = 3});
  CHECK(times.candidates.size() + 1 == conv_algorithms().size());
  for (const CandidateTime& candidate : times.candidates) {
    CAPTURE(candidate.name);
    if (candidate.verdict) {
      CHECK(candidate.median.value > 0.0);
      CHECK((candidate.rounds == 1 || candidate.rounds == 3));
      CHECK(candidate.error < 1e-4);
    } else {
      CHECK_FALSE(candidate.verdict.reason().empty());
      CHECK(times.find(candidate.name) == nullptr);
    }
  }
  CHECK(times.find("oneDNN") != nullptr);
  CHECK(times.winner().median <= times.find("oneDNN")->median);
  CHECK(times.find("F(2x2,3x3)") == nullptr);
}

TEST_CASE("low precision is measured beside oneDNN's float32, whole numbers exactly") {
  const ConvShape shape{.C = 70, .M = 40, .H = 9, .W = 9, .R = 3, .S = 3, .pad_top = 1, .pad_left = 1, .groups = 2};
  for (const std::string name : {"bfloat16", "int8", "int4", "log4", "codebook16", "codebook4", "ternary", "binary"}) {
    CAPTURE(name);
    const ConvTimes times = measure(shape, {.numbers = parse_numbers(name), .rounds = 3});
    CHECK(times.candidates.size() > 2);
    CHECK(times.candidates.front().name == "oneDNN");
    CHECK(times.candidates.front().rounds == 3);
    for (std::size_t i = 1; i < times.candidates.size(); ++i) {
      const CandidateTime& candidate = times.candidates[i];
      CAPTURE(candidate.name);
      CHECK(candidate.error <= (candidate.error_bound == 0.0 ? 0.0 : 1e-6));
      // Of all rows Winograd alone does not take this shape.
      const bool is_winograd = candidate.name.find("F(4x4") != std::string::npos;
      CHECK(candidate.verdict.reason() == (is_winograd ? "F(4×4,3×3) of bytes is for one group" : ""));
      CHECK((candidate.median.value > 0.0) == !is_winograd);
      CHECK(candidate.weight_bytes < times.candidates.front().weight_bytes);
    }
  }
  CHECK(parse_numbers("float32") == Numbers::Float32);
  CHECK_THROWS_WITH_AS(parse_numbers("int5"), "'int5' is not measured; did you mean 'int8'?", InputError);
}

TEST_CASE("sparse weights are measured beside dense ones, or say why not") {
  for (const ConvShape& shape : {ConvShape{.C = 96, .M = 40}, {.C = 32, .M = 32, .H = 9, .W = 9, .R = 3, .S = 3}}) {
    const ConvTimes times = measure(shape, {.density = 0.1, .rounds = 3});
    CHECK(times.find("oneDNN") != nullptr);
    CHECK((times.find("CSC") != nullptr) == shape.is_fully_connected());
    CHECK(times.find("16x1 blocks") != nullptr);
    for (const CandidateTime& candidate : times.candidates) {
      CAPTURE(candidate.name);
      if (candidate.verdict) {
        CHECK(candidate.median.value > 0.0);
        CHECK(candidate.error < 1e-5);
        CHECK(candidate.error_bound > 0.0);
        CHECK(candidate.weight_bytes > 0);
      } else {
        CHECK_FALSE(candidate.verdict.reason().empty());
      }
    }
  }
}

TEST_CASE("measuring stops where it is asked to") {
  for (const int after : {0, 1, 20}) {
    int asked = 0;
    CHECK_THROWS_AS(measure({.C = 4, .M = 4}, {.stop = [&] { return asked++ == after; }}), Interrupted);
  }
}

TEST_CASE("a layer that would take all memory is not measured") {
  CHECK(can_measure({.C = 25088, .M = 4096}));
  for (const ConvShape& shape : {ConvShape{.C = 100'000, .M = 100'000},
                                 {.C = 1, .M = 1, .H = 1 << 15, .W = 1 << 15},
                                 {.C = 1024, .M = 4, .H = 500, .W = 500, .R = 7, .S = 7},
                                 {.N = 1 << 30, .C = 1 << 10, .M = 1 << 10}}) {
    CHECK(can_measure(shape).reason() == "measuring it takes more than 4 GiB");
  }
}

TEST_CASE("no processor does more than a few hundred operations a cycle") {
  CHECK(peak_now() > 1e8);
  CHECK(peak_now() < 1e12);
}

TEST_CASE("a layer that is too large to be counted is refused by its name") {
  NetworkBuilder builder("huge");
  const std::int64_t size = std::int64_t{1} << 30;
  const ValueId input = builder.input("x", {size, size});
  const Network network =
      builder.finish({builder.add_one("fc", FullyConnected{}, {input, builder.weight("w", {size, size})})});
  CHECK_THROWS_WITH_AS(layer_conv(network, network.nodes.front()),
                       "node 'fc': the convolution has more than 2^63 elements or multiplications", InputError);
}

TEST_CASE("the layers of the zoo are convolutions with the MACs that its statistics count") {
  const Network network = zoo_network("alexnet");
  std::int64_t macs = 0;
  for (const Node& node : network.nodes) {
    if (const auto shape = layer_conv(network, node)) {
      macs += shape->macs();
    }
  }
  CHECK(macs == 724'406'816);
}

}  // namespace pj
