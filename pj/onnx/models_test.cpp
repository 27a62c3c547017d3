#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "pj/base/text.hpp"
#include "pj/network/statistics.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/files.hpp"

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
    const bool is_row = fields.size() > parameter_column + 1 &&
                        fields[parameter_column].find_first_of("0123456789") != std::string::npos;
    if (is_row && line.find("%") == std::string::npos) {
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

OnnxOptions options_for(const std::string& path) {
  OnnxOptions options{.load_data = false};
  if (path.find("silero") != std::string::npos) {
    options.input_shapes["input"] = {1, 576};
  }
  return options;
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
    const Network network = import_onnx(in_shared(row.path), options_for(row.path));
    const NetworkStatistics found = statistics(network);
    std::printf("%-52s nodes %5zu  parameters %12s (%s) const %s  macs %15s (%s)\n", row.path.c_str(),
                network.nodes.size(), grouped(found.parameters).c_str(), grouped(row.parameters).c_str(),
                grouped(found.constants).c_str(), grouped(found.macs()).c_str(), grouped(row.macs).c_str());
  }
}

}  // namespace pj
