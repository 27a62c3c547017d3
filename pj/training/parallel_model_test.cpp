#include "pj/training/parallel_model.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("the modelled speed-up grows with the workers and ends at what the links allow") {
  const DataParallel ring{.step = Seconds{1.0}, .bytes = 100, .bandwidth = 1000.0};
  CHECK(speed_up(ring, 1) == 1.0);
  CHECK(step_time(ring, 2).value == doctest::Approx(0.5 + 0.1));
  CHECK(speed_up(ring, 100) > speed_up(ring, 10));
  CHECK(speed_up(ring, 1000000) == doctest::Approx(1.0 / 0.2).epsilon(1e-4));
}

TEST_CASE("one server's link makes more workers slower at last") {
  const DataParallel server{.step = Seconds{1.0}, .bytes = 10, .bandwidth = 1000.0, .has_server = true};
  CHECK(step_time(server, 5).value == doctest::Approx(0.2 + 0.1));
  CHECK(speed_up(server, 7) > speed_up(server, 2));
  CHECK(speed_up(server, 100) < speed_up(server, 7));
}

TEST_CASE("a network split in two exchanges the inputs of layers that see both halves") {
  NetworkBuilder builder("n");
  ValueId x = builder.input("x", {1, 4, 8, 8});
  x = builder.add_one("conv1", Convolution{}, {x, builder.weight("w1", {6, 4, 1, 1})});
  x = builder.add_one("conv2", Convolution{.groups = 2}, {x, builder.weight("w2", {8, 3, 1, 1})});
  x = builder.add_one("conv3", Convolution{}, {x, builder.weight("w3", {2, 8, 1, 1})});
  const ModelSplit split = split_in_two(builder.finish({x}));
  CHECK(split.weights == (24 + 24 + 16) / 2);
  CHECK(split.macs == 64 * (24 + 24 + 16) / 2);
  CHECK(split.cut_activations == 8 * 64 / 2);
}

}  // namespace pj
