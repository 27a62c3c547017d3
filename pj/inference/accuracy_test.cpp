#include "pj/inference/accuracy.hpp"

#include <doctest/doctest.h>

#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// A network with the data on which its README states how many are right.
struct Stated {
  std::string network, data;
  Preprocessing preprocessing;
  std::int64_t right, samples;
  NumberFormat records = NumberFormat::fixed(8, false);
};

const Preprocessing imagenet{.mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}};

Accuracy measured(const Stated& row, std::size_t samples) {
  const Plan plan(import_onnx(in_shared("models/" + row.network + "/model.onnx")));
  std::string path = in_shared("data/" + row.data);
  if (const std::size_t comma = row.data.find(','); comma != std::string::npos) {
    path = in_shared("data/" + row.data.substr(0, comma)) + "," + in_shared("data/" + row.data.substr(comma + 1));
  }
  const DataSet data = load_data_set(path, {.records = row.records});
  return measure_accuracy(plan, data, {.preprocessing = row.preprocessing, .samples = samples}).accuracy;
}

}  // namespace

TEST_CASE("trained networks classify as many samples right as their README says") {
  if (!shared_is_there("the trained networks and data sets")) {
    return;
  }
  const Preprocessing bytes{.range = 255.0};
  const Preprocessing centred{.mean = {128.0}};
  const std::string digits = "mnist/t10k-images-idx3-ubyte.gz";
  const std::string pictures = "cifar10/test_batch_first100.bin.gz";
  const std::string more_pictures = "cifar10/data_batch_1_first4000.bin.gz";
  const std::string words = "kws01/kws01_mfcc_int8.bin.gz,kws01/y_labels.csv";
  const Preprocessing features{.mean = {83.0}, .deviation = {1.0 / 0.5847029089927673}};
  const std::vector<Stated> rows{
      {"mnist-cnn", digits, bytes, 9891, 10000},
      {"mnist-lstm", digits, {}, 9853, 10000},
      {"tfc-1w1a", digits, {}, 9296, 10000},
      {"tfc-2w2a", digits, {}, 9660, 10000},
      {"resnet8-float", pictures, bytes, 88, 100},
      {"resnet8-int8", pictures, centred, 86, 100},
      {"resnet20-cifar10", pictures, imagenet, 94, 100},
      {"resnet20-cifar10-bn", pictures, imagenet, 94, 100},
      {"kws-dscnn-float", words, features, 624, 700, NumberFormat::fixed(8)},
      {"kws-dscnn-int8", words, {}, 624, 700, NumberFormat::fixed(8)},
  };
  for (const Stated& row : rows) {
    CAPTURE(row.network);
    const Accuracy accuracy = measured(row, 0);
    CHECK(accuracy.samples == row.samples);
    CHECK(accuracy.top1 == row.right);
  }
}

}  // namespace pj
