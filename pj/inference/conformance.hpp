#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// What became of one case of an ONNX test suite.
struct CaseOutcome {
  enum class Kind {
    Passed,
    Refused,  ///< when the model was imported, naming the node
    Failed,   ///< refused only when it was run
    Wrong,    ///< other results than expected
  };

  std::string name;
  std::string op;  ///< the operator of a model with one node, else empty
  Kind kind = Kind::Passed;
  std::string message;
};

/// How far two tensors may be apart: |a − b| ≤ absolute + relative · |b| for reals, not at all for whole numbers.
struct Closeness {
  double relative = 1e-3;  ///< those with which the ONNX project compares (onnx/backend/test/runner)
  double absolute = 1e-7;
};

/// Empty where `found` is `expected`; else what differs first, as `element 3 is 0.5 and must be 0.25`.
std::string difference(const Constant& found, const Constant& expected, const Closeness& tolerance = {});

/// Runs one case (pj/onnx/backend_case.hpp) with its first set of data and compares the outputs.
CaseOutcome run_case(const std::filesystem::path& folder);

/// All cases in a folder, also in folders of folders, by name.
std::vector<CaseOutcome> run_cases(const std::filesystem::path& folder);

/// Counts of outcomes.
struct CaseCounts {
  int passed = 0, refused = 0, failed = 0, wrong = 0;

  void count(CaseOutcome::Kind kind);
};

}  // namespace pj
