#include <doctest/doctest.h>
#include <onnx/checker.h>

#include <cstdio>

#include "pj/base/error.hpp"
#include "pj/onnx/writer.hpp"
#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// What ONNX's own checker says of a model; empty where it is content.
std::string complaint(const std::string& path) {
  try {
    onnx::checker::check_model(path);
    return "";
  } catch (const std::exception& fault) {
    return fault.what();
  }
}

std::int64_t opset_of(const std::string& bytes) {
  return read_model(bytes, {.file = "exported.onnx"}).opsets.at("");
}

}  // namespace

TEST_CASE("ONNX's checker accepts every published network after export") {
  if (!shared_is_there("the trained networks and workloads")) {
    return;
  }
  const TemporaryFolder folder;
  folder.file(unknown_elements, "");  // the checker wants the file to exist
  for (const std::string& path : published_networks()) {
    CAPTURE(path);
    const std::string bytes = onnx_bytes(import_onnx(path, options_for(path, false)));
    CHECK(opset_of(bytes) == 17);
    CHECK(complaint(folder.file("exported.onnx", bytes)) == "");
  }
}

TEST_CASE("ONNX's checker accepts every conformance case after export to an operator set that it knows") {
  if (!shared_is_there("the ONNX conformance cases")) {
    return;
  }
  const TemporaryFolder folder;
  int accepted = 0;
  int later = 0;
  for (const auto& test : conformance_cases()) {
    Network network;
    try {
      network = import_case(test);
    } catch (const InputError&) {
      continue;
    }
    CAPTURE(test.string());
    const std::string bytes = onnx_bytes(network);
    if (opset_of(bytes) > 17) {
      ++later;
      continue;
    }
    CHECK(complaint(folder.file("exported.onnx", bytes)) == "");
    ++accepted;
  }
  std::printf("the checker accepts %d exported cases; %d need an operator set after 17\n", accepted, later);
}

}  // namespace pj
