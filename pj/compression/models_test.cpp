#include <doctest/doctest.h>

#include "pj/compression/compress.hpp"
#include "pj/inference/accuracy.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// A trained network with data that it was not trained on.
struct Trained {
  const char* model;
  const char* data;
  Preprocessing preprocessing;
  std::size_t samples;
  NumberFormat records = NumberFormat::fixed(8, false);
};

std::vector<Trained> trained_networks() {
  return {{"models/mnist-cnn/model.onnx", "data/mnist/t10k-images-idx3-ubyte.gz", {.range = 255.0}, 500},
          {"models/kws-dscnn-float/model.onnx",
           "data/kws01/kws01_mfcc_int8.bin.gz,DATA/kws01/y_labels.csv",
           {.mean = {83.0}, .deviation = {1.0 / 0.5847029089927673}},
           150,
           NumberFormat::fixed(8)},
          {"models/resnet20-cifar10/model.onnx",
           "data/cifar10/test_batch_first100.bin.gz",
           {.mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}},
           50}};
}

/// Where two files stand together, the second one's folder is that of the first.
DataSet data_of(const Trained& trained) {
  std::string path = trained.data;
  if (const std::size_t comma = path.find(",DATA/"); comma != std::string::npos) {
    path = in_shared(path.substr(0, comma)) + "," + in_shared("data/" + path.substr(comma + 6));
    return load_data_set(path, {.records = trained.records});
  }
  return load_data_set(in_shared(path), {.records = trained.records});
}

}  // namespace

TEST_CASE(
    "8-bit weights and 10-bit activations in dynamic fixed point lose no more than one sample of trained networks") {
  if (!shared_is_there("the trained networks and their data")) {
    return;
  }
  const auto rules =
      parse_rules(parse_yaml("rules: [{dynamic_fixed_point: {bits: 8}}, {activations: {bits: 10}}]", "rules.yaml"));
  for (const Trained& trained : trained_networks()) {
    CAPTURE(trained.model);
    const Network network = import_onnx(in_shared(trained.model));
    const DataSet data = data_of(trained);
    AccuracyOptions options{.preprocessing = trained.preprocessing, .samples = 16, .observe = true};
    const CompressionData calibration{
        [&](const Network& of) { return measure_accuracy(Plan(of, {.watched = true}), data, options).observations; }};
    const Network quantised = compress(network, rules, calibration).network;
    options.samples = trained.samples / fewer_cases;
    options.observe = false;
    const Accuracy before = measure_accuracy(Plan(network), data, options).accuracy;
    const Accuracy after = measure_accuracy(Plan(quantised), data, options).accuracy;
    CHECK(before.share(before.top1) > 0.8);
    CHECK(after.top1 >= before.top1 - 1);
  }
}

}  // namespace pj
