#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "pj/network/statistics.hpp"
#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// One row of a README's table of networks; −1 where the table leaves a number out.
struct Published {
  std::string path;
  std::int64_t parameters = -1, macs = -1;
};

std::int64_t number(std::string text) {
  std::erase(text, ',');
  const std::string_view digits = trimmed(text);
  return digits.empty() ? -1 : parse_integer(digits, "a table entry");
}

std::vector<Published> table_of(const std::string& readme, const std::string& folder, std::size_t parameter_column) {
  std::ifstream stream(in_shared(readme));
  std::vector<Published> rows;
  for (std::string line; std::getline(stream, line);) {
    const auto fields = split(line, '|');
    const bool is_row = fields.size() > parameter_column + 1 && line.find("%") == std::string::npos &&
                        fields[parameter_column].find_first_of("0123456789") != std::string::npos;
    if (is_row) {
      rows.push_back({folder + std::string(trimmed(fields[1])), number(fields[parameter_column]),
                      number(fields[parameter_column + 1])});
    }
  }
  return rows;
}

std::vector<Published> published() {
  std::vector<Published> rows = table_of("workloads/README.md", "workloads/", 2);
  for (Published& row : table_of("models/README.md", "models/", 4)) {
    row.path += "/model.onnx";
    rows.push_back(row);
  }
  return rows;
}

/// Elements that a README counts and that are no operands of the network: initialisers that became attributes
/// (shapes, axes, bounds of Clip) or that no node uses. Constant nodes, which the READMEs leave out, count negative.
const std::map<std::string, std::int64_t>& elements_apart() {
  static const std::map<std::string, std::int64_t> apart{
      {"workloads/light_resnet50.onnx", 1},
      {"workloads/zigzag_alexnet.onnx", 4},
      {"models/mnist-cnn/model.onnx", 4},
      {"models/mnist-lstm/model.onnx", 3},
      {"models/tfc-1w1a/model.onnx", 3},
      {"models/tfc-2w2a/model.onnx", 3},
      {"models/resnet8-float/model.onnx", 2},
      {"models/resnet8-int8/model.onnx", 341},
      {"models/kws-dscnn-float/model.onnx", 2},
      {"models/kws-dscnn-int8/model.onnx", 581},
      {"models/ad01-autoencoder-int8/model.onnx", 10},
      {"models/mobilenet-v2-1.0-224-uint8/model.onnx", 59},
      {"models/mobilenet-v1-0.25-128-uint8/model.onnx", 34},
      {"models/person-detect-int8/model.onnx", 2744},
      {"models/ultraface-slim-320/model.onnx", -26499},
      {"models/ultraface-slim-320-simplified/model.onnx", 24},
      {"models/silero-vad-16k-op15/model.onnx", -5},
      {"models/gtcrn-simple/model.onnx", 68},
  };
  return apart;
}

}  // namespace

TEST_CASE("every published network imports with the parameters and MACs of its README") {
  if (!shared_is_there("the trained networks and workloads")) {
    return;
  }
  const std::vector<Published> rows = published();
  CHECK(rows.size() == 28);
  for (const Published& row : rows) {
    CAPTURE(row.path);
    const Network network = import_onnx(in_shared(row.path), options_for(row.path, false));
    const NetworkStatistics found = statistics(network);
    const auto apart = elements_apart().find(row.path);
    CHECK(found.constants + (apart == elements_apart().end() ? 0 : apart->second) == row.parameters);
    CHECK(found.macs() == (row.macs < 0 ? found.macs() : row.macs));
    CHECK(network.inputs.size() > 0);
  }
}

}  // namespace pj
