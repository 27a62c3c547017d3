#include "pj/training/checkpoint.hpp"

#include <doctest/doctest.h>

#include "pj/base/files.hpp"
#include "pj/training/train.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

Network dropped() {
  NetworkBuilder builder("dropped");
  ValueId x = builder.input("x", {1, 2});
  x = builder.add_one("fc1", FullyConnected{}, {x, builder.weight("w1", {6, 2}), builder.weight("b1", {6})});
  x = builder.add_one("drop", Dropout{.ratio = 0.3F}, {x});
  x = builder.add_one("fc2", FullyConnected{}, {x, builder.weight("w2", {2, 6}), builder.weight("b2", {2})});
  return builder.finish({x});
}

Examples points() {
  Examples examples{.name = "points", .shape = {2}, .count = 30};
  for (std::int64_t i = 0; i < 30; ++i) {
    examples.inputs.insert(examples.inputs.end(), {static_cast<float>(i % 5), static_cast<float>(i % 7)});
    examples.classes.push_back(i % 5 > i % 7 ? 1 : 0);
  }
  return examples;
}

TrainOptions dropped_options() {
  TrainOptions options{.epochs = 3, .batch = 7, .schedule = {.kind = RateSchedule::Kind::Cosine}, .seed = 4};
  options.task.threads = 1;
  options.task.part = 4;
  return options;
}

}  // namespace

TEST_CASE("a training that is cut off after any step and goes on from its checkpoint has the same bits") {
  const Network network = dropped();
  const Examples examples = points();
  const TrainOptions options = dropped_options();
  const TrainSettings settings = settings_of(network, examples, options);
  Trainer whole(network, examples, options);
  std::vector<std::string> checkpoints;
  while (!whole.is_done()) {
    checkpoints.push_back(checkpoint_bytes(settings, whole.state()));
    whole.step();
  }
  REQUIRE(checkpoints.size() == 15);
  for (const std::string& bytes : checkpoints) {
    Trainer resumed(network, examples, options);
    resumed.restore(parse_checkpoint(bytes, "c", settings));
    while (!resumed.is_done()) {
      resumed.step();
    }
    CHECK(resumed.state().numbers == whole.state().numbers);
    CHECK(resumed.state().optimizer_memory == whole.state().optimizer_memory);
    CHECK(resumed.rows().back().loss == whole.rows().back().loss);
  }
}

TEST_CASE("an interrupted training keeps its state and goes on to the same network") {
  const Network network = dropped();
  const Examples examples = points();
  const TemporaryFolder folder;
  TrainRequest request{.network = network, .train = examples, .options = dropped_options()};
  const TrainResult whole = train(request);
  Interrupt interrupt;
  request.checkpoint = folder.path("c");
  request.interrupt = &interrupt;
  request.progress = [&](const TrainProgress& at) {
    if (at.epoch == 2 && at.step == 3) {
      interrupt.request();
    }
  };
  CHECK_THROWS_WITH_AS(train(request), ("interrupted; --resume goes on from " + folder.path("c")).c_str(), Interrupted);
  request.interrupt = nullptr;
  request.resume = true;
  CHECK(train(request).network == whole.network);
}

TEST_CASE("a damaged checkpoint, or that of another training, is refused") {
  const Network network = dropped();
  const Examples examples = points();
  TrainOptions options = dropped_options();
  const TrainSettings settings = settings_of(network, examples, options);
  const std::string bytes = checkpoint_bytes(settings, Trainer(network, examples, options).state());
  const auto fault = [&](const std::string& given, const TrainSettings& wanted) {
    return input_fault([&] { parse_checkpoint(given, "c", wanted); });
  };
  const std::string damaged = "c: is no whole checkpoint; start anew without --resume";
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1}) {
    CHECK(fault(bytes.substr(0, size), settings) == damaged);
  }
  std::string flipped = bytes;
  flipped[bytes.size() / 2] = static_cast<char>(flipped[bytes.size() / 2] ^ 1);
  CHECK(fault(flipped, settings) == damaged);
  options.batch = 8;
  CHECK(fault(bytes, settings_of(network, examples, options)) ==
        "c: is of another training: it has batch 7, this one batch 8; give the same options, or start anew without "
        "--resume");
}

TEST_CASE("a checkpoint in a folder that is not there is refused before the work") {
  const Network network = dropped();
  const Examples examples = points();
  TrainRequest request{.network = network, .train = examples, .options = dropped_options(), .checkpoint = "no/such/c"};
  CHECK(input_fault([&] { train(request); }).starts_with("no/such/c"));
}

}  // namespace pj
