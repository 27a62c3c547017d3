#include <doctest/doctest.h>

#include <cstdio>
#include <map>

#include "pj/base/error.hpp"
#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// What happened to one case.
struct Outcome {
  enum class Kind { Imported, Refused, WrongShape };

  Kind kind = Kind::Imported;
  std::string message;
};

Outcome compared(const Network& network, const std::filesystem::path& folder) {
  const std::vector<OnnxTensor> expected = case_tensors(folder, "output");
  for (std::size_t i = 0; i < std::min(expected.size(), network.outputs.size()); ++i) {
    const Value& value = network.values[network.outputs[i]];
    // The tests keep bfloat16 results as the bits of a uint16.
    const bool same_format =
        value.format == expected[i].format ||
        (value.format == NumberFormat::floating(16, 8) && expected[i].format == NumberFormat::fixed(16, false));
    if (value.shape != expected[i].shape || !same_format) {
      return {Outcome::Kind::WrongShape, "output " + std::to_string(i) + " is " + shape_text(value.shape) + " " +
                                             to_string(value.format) + " and must be " + shape_text(expected[i].shape) +
                                             " " + to_string(expected[i].format)};
    }
  }
  return {};
}

Outcome outcome_of(const std::filesystem::path& folder) {
  try {
    return compared(import_case(folder), folder);
  } catch (const InputError& error) {
    return {Outcome::Kind::Refused, error.what()};
  }
}

struct Counts {
  int imported = 0, refused = 0, wrong = 0;
};

void count(Counts& counts, const Outcome& outcome) {
  counts.imported += outcome.kind == Outcome::Kind::Imported ? 1 : 0;
  counts.refused += outcome.kind == Outcome::Kind::Refused ? 1 : 0;
  counts.wrong += outcome.kind == Outcome::Kind::WrongShape ? 1 : 0;
}

void print(const std::map<std::string, Counts>& table) {
  Table text({"conformance cases", "imported", "refused", "wrong shape"});
  for (const auto& [name, counts] : table) {
    text.add({name, std::to_string(counts.imported), std::to_string(counts.refused), std::to_string(counts.wrong)});
  }
  std::printf("%s", text.text().c_str());
}

}  // namespace

TEST_CASE("every core conformance case that ONNX Runtime matches imports with the stored output shapes") {
  if (!shared_is_there("the ONNX conformance cases")) {
    return;
  }
  std::map<std::string, Counts> table;
  for (const std::string folder : {"onnx-node", "onnx-node-opset12", "onnx-node-opset8"}) {
    for (auto& row : index_rows(folder)) {
      CAPTURE(row["test"]);
      const bool matches = row["onnxruntime_1.30"] == "match";
      const Outcome outcome = outcome_of(in_shared("conformance/" + folder + "/" + row["test"]));
      CAPTURE(outcome.message);
      count(table[folder + " " + row["tier"] + (matches ? "" : ", not matched by ONNX Runtime")], outcome);
      CHECK(outcome.kind != Outcome::Kind::WrongShape);
      if (row["tier"] == "core" && matches) {
        CHECK(outcome.kind == Outcome::Kind::Imported);
      }
    }
  }
  print(table);
}

TEST_CASE("every graph that PyTorch exported for the ONNX tests imports with the stored output shapes") {
  if (!shared_is_there("the ONNX conformance cases")) {
    return;
  }
  std::map<std::string, Counts> table;
  for (const std::string folder : {"pytorch-converted", "pytorch-operator", "simple"}) {
    for (const auto& entry : std::filesystem::directory_iterator(in_shared("conformance/onnx-pytorch/" + folder))) {
      const std::string name = entry.path().filename().string();
      CAPTURE(name);
      const Outcome outcome = outcome_of(entry.path());
      CAPTURE(outcome.message);
      count(table[folder], outcome);
      const bool is_training = name.find("gradient") != std::string::npos;
      CHECK(outcome.kind == (is_training ? Outcome::Kind::Refused : Outcome::Kind::Imported));
    }
  }
  print(table);
}

}  // namespace pj
