#include "pj/inference/observations.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <tuple>

#include "pj/execution/numbers.hpp"
#include "pj/inference/accuracy.hpp"
#include "tests/support/onnx_cases.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/tensors.hpp"

namespace pj {

TEST_CASE("every number lies in its bin, and larger numbers never in lower ones") {
  for_random_cases(2000, [](Rng& rng) {
    const double number = (2.0 * rng.uniform() - 1.0) * std::ldexp(1.0, static_cast<int>(rng.between(-140, 120)));
    const Bin range = bin(bin_of(number));
    CHECK((number < 0.0 ? range.low < number && number <= range.high : range.low <= number && number < range.high));
    CHECK(std::abs(range.high - range.low) <= 0.126 * std::abs(number));
    CHECK(bin_of(number) <= bin_of(number + std::abs(number) * 0.2));
  });
  CHECK(bin_of(0.0) == 0);
}

TEST_CASE("zeros, runs of zeros, ranges and channels are counted") {
  TensorStatistics seen;
  seen.add(real_tensor({1, 2, 3}, {0, 0, 5, -1, 0, 2}));
  CHECK(seen.all.zeros == 3);
  CHECK(seen.all.least == -1.0);
  CHECK(seen.all.greatest == 5.0);
  CHECK(seen.all.mean() == 1.0);
  CHECK(seen.zero_runs[0] == 1);
  CHECK(seen.zero_runs[1] == 1);
  CHECK(seen.channels.at(0).zeros == 2);
  CHECK(seen.channels.at(1).greatest == 2.0);
  CHECK(seen.histogram.at(0) == 3);
}

TEST_CASE("merged statistics are those of all numbers together") {
  for_random_cases(100, [](Rng& rng) {
    TensorStatistics together;
    TensorStatistics first;
    TensorStatistics second;
    for (TensorStatistics* part : {&first, &second}) {
      std::vector<double> numbers;
      for (int i = 0; i < 12; ++i) {
        numbers.push_back(rng.chance(0.5) ? 0.0 : static_cast<double>(rng.between(-9, 9)));
      }
      part->add(real_tensor({1, 3, 4}, numbers));
      together.add(real_tensor({1, 3, 4}, numbers));
    }
    first.merge(second);
    CHECK(first.all == together.all);
    CHECK(first.channels == together.channels);
    CHECK(first.histogram == together.histogram);
    CHECK(first.zero_runs == together.zero_runs);
    CHECK(first.runs == 2);
  });
}

TEST_CASE("what is seen of a trained network does not depend on the number of threads, and ReLUs make zeros") {
  if (!shared_is_there("the trained networks and data sets")) {
    return;
  }
  const Plan plan(import_onnx(in_shared("models/resnet8-float/model.onnx")), {.watched = true});
  const DataSet data = load_data_set(in_shared("data/cifar10/test_batch_first100.bin.gz"));
  AccuracyOptions options{.preprocessing = {.range = 255.0}, .samples = 20, .threads = 1, .observe = true};
  const Measurement one = measure_accuracy(plan, data, options);
  options.threads = 2;
  const Measurement two = measure_accuracy(plan, data, options);
  CHECK(one.accuracy == two.accuracy);
  REQUIRE(one.observations.tensors.size() == two.observations.tensors.size());
  for (const auto& [value, seen] : one.observations.tensors) {
    CHECK(seen.all == two.observations.tensors.at(value).all);
  }
  for (const Node& node : plan.network().nodes) {
    const auto* function = std::get_if<Activation>(&node.layer);
    if (function != nullptr && function->kind == Activation::Kind::Relu) {
      const NumberStatistics& all = one.observations.tensors.at(node.outputs.front()).all;
      CHECK(all.least == 0.0);
      CHECK(all.zero_share() > 0.05);
      CHECK(all.zero_share() < 0.95);
    }
  }
}

TEST_CASE("the zeros behind the ReLUs of trained networks are those that are counted one by one") {
  if (!shared_is_there("the trained networks and data sets")) {
    return;
  }
  for (const auto& [network, path, most] :
       {std::tuple{"resnet20-cifar10", "cifar10/test_batch_first100.bin.gz", std::size_t{10}},
        {"mnist-cnn", "mnist/t10k-images-idx3-ubyte.gz", std::size_t{50}}}) {
    CAPTURE(network);
    const Network trained = import_onnx(in_shared(std::string("models/") + network + "/model.onnx"));
    const Plan plan(trained, {.watched = true});
    const DataSet data = load_data_set(in_shared(std::string("data/") + path));
    const Preprocessing bytes{.range = 255.0};
    const Observations seen =
        measure_accuracy(plan, data, {.preprocessing = bytes, .samples = most, .observe = true}).observations;
    std::map<ValueId, std::int64_t> zeros;
    for (std::size_t i = 0; i < most; ++i) {
      const Value& input = plan.network().values[plan.network().inputs.front()];
      const std::vector<Constant> operands{prepared(data.sample(i), input, bytes)};
      plan.run(operands, [&](ValueId value, const Constant& tensor) {
        const auto numbers = numbers_of<double>(tensor);
        zeros[value] += std::count(numbers.begin(), numbers.end(), 0.0);
      });
    }
    int functions = 0;
    for (const Node& node : plan.network().nodes) {
      const auto* function = std::get_if<Activation>(&node.layer);
      if (function != nullptr && function->kind == Activation::Kind::Relu) {
        ++functions;
        CAPTURE(node.name);
        const ValueId value = node.outputs.front();
        CHECK(seen.tensors.at(value).all.zeros == zeros.at(value));
        CHECK(zeros.at(value) > 0);
      }
    }
    CHECK(functions >= 2);
  }
}

}  // namespace pj
