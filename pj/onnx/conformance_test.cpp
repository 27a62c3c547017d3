#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/onnx/reader.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

/// What happened to one case.
struct Outcome {
  enum class Kind { Imported, Refused, WrongShape };

  Kind kind = Kind::Imported;
  std::string message;
};

/// The tensors input_0.pb, input_1.pb, … (or output_…) of a case.
std::vector<OnnxTensor> tensors(const fs::path& folder, const std::string& stem) {
  std::vector<OnnxTensor> found;
  for (int i = 0;; ++i) {
    const fs::path file = folder / "test_data_set_0" / (stem + "_" + std::to_string(i) + ".pb");
    if (!fs::exists(file)) {
      return found;
    }
    found.push_back(fs::file_size(file) == 0 ? OnnxTensor{} : read_tensor_file(file.string()));
  }
}

/// The names of the graph's inputs that have no initialiser, in order: those that the input files are for.
std::vector<std::string> input_names(const OnnxModel& model) {
  std::set<std::string> weights;
  for (const OnnxTensor& tensor : model.graph.initializers) {
    weights.insert(tensor.name);
  }
  std::vector<std::string> names;
  for (const OnnxDeclaration& input : model.graph.inputs) {
    if (!weights.contains(input.name)) {
      names.push_back(input.name);
    }
  }
  return names;
}

/// Imports a case with the inputs from `first_known` on given as constants: shapes and axes are inputs in these tests.
Network import_case(const fs::path& folder, std::size_t first_known) {
  const std::string path = (folder / "model.onnx").string();
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const std::vector<std::string> names = input_names(read_model(bytes, {.file = path}));
  const std::vector<OnnxTensor> inputs = tensors(folder, "input");
  OnnxOptions options;
  for (std::size_t i = 0; i < std::min(names.size(), inputs.size()); ++i) {
    if (i >= first_known && inputs[i].data != nullptr) {
      options.input_values[names[i]] = inputs[i].data;
    } else {
      options.input_shapes[names[i]] = inputs[i].shape;
    }
  }
  return parse_onnx(bytes, path, options);
}

Outcome compared(const Network& network, const fs::path& folder) {
  const std::vector<OnnxTensor> expected = tensors(folder, "output");
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

/// First without known inputs, then with all but the first, then with all.
Outcome outcome_of(const fs::path& folder) {
  Outcome outcome;
  for (const std::size_t first_known : {std::size_t{1000}, std::size_t{1}, std::size_t{0}}) {
    try {
      outcome = compared(import_case(folder, first_known), folder);
      return outcome;
    } catch (const InputError& error) {
      outcome = {Outcome::Kind::Refused, error.what()};
    }
  }
  return outcome;
}

struct Counts {
  int imported = 0, refused = 0, wrong = 0;
};

std::vector<std::map<std::string, std::string>> index_rows(const std::string& folder) {
  std::ifstream stream(in_shared("conformance/" + folder + "/INDEX.tsv"));
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> header;
  for (std::string line; std::getline(stream, line);) {
    const auto fields = split(line, '\t');
    if (header.empty()) {
      header = fields;
      continue;
    }
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < header.size(); ++i) {
      row[header[i]] = i < fields.size() ? fields[i] : "";
    }
  }
  return rows;
}

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
      } else if (outcome.kind == Outcome::Kind::Refused) {
        if (std::getenv("PJ_VERBOSE"))
          std::printf("%s: %s\n", row["test"].c_str(), outcome.message.c_str());
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
    for (const auto& entry : fs::directory_iterator(in_shared("conformance/onnx-pytorch/" + folder))) {
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
