#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "pj/execution/numbers.hpp"
#include "pj/inference/plan.hpp"
#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// The largest distance of an output from its reference: in steps for whole numbers, else against the largest element.
double distance(const Constant& found, const Constant& expected) {
  const auto a = numbers_of<double>(found);
  const auto b = numbers_of<double>(expected);
  REQUIRE(found.shape == expected.shape);
  REQUIRE(found.format == expected.format);
  double most = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(a[i] - b[i]));
    largest = std::max(largest, std::abs(b[i]));
  }
  return is_whole(found.format) ? most : most / largest;
}

/// Reals agree within 1e-4. The whole outputs of quantised networks may be a few steps apart: wherever a real lies half
/// way between two steps, two right orders of summation may round it to either, and a factor of 31 bits is not one of
/// 24; the 28 and 53 convolutions of MobileNets carry such a step on to the softmax, whose slope there is many steps of
/// its output for one of its input.
double allowed(const NumberFormat& format, const std::string& path) {
  return !is_whole(format) ? 1e-4 : path.find("mobilenet-v") != std::string::npos ? 10.0 : 1.0;
}

/// Where the largest element lies.
std::ptrdiff_t best_of(const Constant& tensor) {
  const auto numbers = numbers_of<double>(tensor);
  return std::max_element(numbers.begin(), numbers.end()) - numbers.begin();
}

std::vector<Constant> constants(const std::vector<OnnxTensor>& tensors) {
  std::vector<Constant> found;
  for (const OnnxTensor& tensor : tensors) {
    found.push_back(*tensor.data);
  }
  return found;
}

}  // namespace

TEST_CASE("every trained network gives its reference outputs") {
  if (!shared_is_there("the trained networks")) {
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(in_shared("models"))) {
    if (!entry.is_directory()) {
      continue;
    }
    const std::string path = (entry.path() / "model.onnx").string();
    CAPTURE(path);
    const Plan plan(import_onnx(path, options_for(path, true)));
    for (int set = 0; std::filesystem::exists(entry.path() / ("test_data_set_" + std::to_string(set))); ++set) {
      const auto found = plan.run(constants(case_tensors(entry.path(), "input", set)));
      const auto expected = constants(case_tensors(entry.path(), "output", set));
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        const double far = distance(found[i], expected[i]);
        CAPTURE(set);
        CAPTURE(i);
        CHECK(far <= allowed(found[i].format, path));
        CHECK((!is_whole(found[i].format) || best_of(found[i]) == best_of(expected[i])));
      }
    }
  }
}

TEST_CASE("every network of real size gives its expected output") {
  if (!shared_is_there("the networks of real size")) {
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(in_shared("workloads"))) {
    const std::string path = entry.path().string();
    const std::string output = path.substr(0, path.rfind('.')) + "_output_0.pb";
    if (entry.path().extension() != ".onnx" || !std::filesystem::exists(output)) {
      continue;
    }
    CAPTURE(path);
    const Plan plan(import_onnx(path));
    const Value& input = plan.network().values[plan.network().inputs.front()];
    std::vector<float> ramp(static_cast<std::size_t>(element_count(input.shape)));
    for (std::size_t i = 0; i < ramp.size(); ++i) {
      ramp[i] = static_cast<float>(i) / static_cast<float>(ramp.size());
    }
    const Constant operand = tensor_of({input.shape, input.format}, ramp);
    const Constant found = plan.run(std::span(&operand, 1)).front();
    CHECK(distance(found, *read_tensor_file(output).data) <= 1e-4);
  }
}

}  // namespace pj
