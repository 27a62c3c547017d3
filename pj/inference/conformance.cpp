#include "pj/inference/conformance.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/plan.hpp"
#include "pj/onnx/backend_case.hpp"

namespace pj {

namespace {

std::string type_text(const Constant& tensor) {
  return shape_text(tensor.shape) + " " + to_string(tensor.format);
}

bool is_near(double a, double b, const Closeness& tolerance) {
  if (std::isnan(a) || std::isnan(b)) {
    return std::isnan(a) && std::isnan(b);
  }
  return a == b || std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b);
}

std::string first_difference(const std::vector<double>& found, const std::vector<double>& expected,
                             const Closeness& tolerance) {
  constexpr int digits = 6;  // which are the same whatever order sums are taken in
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!is_near(found[i], expected[i], tolerance)) {
      return "element " + std::to_string(i) + " is " + significant(found[i], digits) + " and must be " +
             significant(expected[i], digits);
    }
  }
  return "";
}

/// The suite keeps bfloat16 numbers as the bits of a uint16.
Constant as_stored(const Constant& expected, const NumberFormat& format) {
  const bool is_bits = format == NumberFormat::floating(16, 8) && expected.format == NumberFormat::fixed(16, false);
  return {is_bits ? format : expected.format, expected.shape, expected.bytes};
}

/// The operator of a model that is one node.
std::string operator_of(const std::filesystem::path& folder) {
  const std::string path = (folder / "model.onnx").string();
  const OnnxModel model = read_model(read_file(path, std::int64_t{1} << 30), {.file = path});
  return model.graph.nodes.size() == 1 ? model.graph.nodes.front().type : "";
}

/// The elements for the network's inputs, found by name among those of the case.
std::vector<Constant> inputs_for(const Network& network, const std::vector<std::string>& names,
                                 const std::vector<OnnxTensor>& tensors) {
  std::vector<Constant> inputs;
  for (const ValueId id : network.inputs) {
    const auto at = std::find(names.begin(), names.end(), network.values[id].name) - names.begin();
    const bool is_given = at < std::ssize(tensors) && tensors[static_cast<std::size_t>(at)].data != nullptr;
    if (!is_given) {
      throw InputError("the case gives no input '" + network.values[id].name + "'");
    }
    inputs.push_back(as_stored(*tensors[static_cast<std::size_t>(at)].data, network.values[id].format));
  }
  return inputs;
}

std::string compared(const std::vector<Constant>& found, const std::vector<OnnxTensor>& expected) {
  if (found.size() < expected.size()) {
    return "it has " + std::to_string(found.size()) + " outputs and must have " + std::to_string(expected.size());
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].data == nullptr) {
      return "the elements of output " + std::to_string(i) + " are not known";
    }
    const std::string fault = difference(found[i], as_stored(*expected[i].data, found[i].format));
    if (!fault.empty()) {
      return "output " + std::to_string(i) + ": " + fault;
    }
  }
  return "";
}

CaseOutcome run_imported(CaseOutcome outcome, const Network& network, const std::filesystem::path& folder) {
  using enum CaseOutcome::Kind;
  try {
    const auto tensors = case_tensors(folder, "input");
    const auto inputs = inputs_for(network, case_input_names(folder), tensors);
    const auto found = Plan(network).run(inputs);
    outcome.message = compared(found, case_tensors(folder, "output"));
    outcome.kind = outcome.message.empty() ? Passed : Wrong;
  } catch (const InputError& fault) {
    outcome.kind = Failed;
    outcome.message = fault.what();
  }
  return outcome;
}

}  // namespace

std::string difference(const Constant& found, const Constant& expected, const Closeness& tolerance) {
  if (found.shape != expected.shape || found.format != expected.format) {
    return "it is " + type_text(found) + " and must be " + type_text(expected);
  }
  if (!is_computable(found.format)) {
    return found.bytes == expected.bytes ? "" : "the elements differ";
  }
  if (is_whole(found.format)) {
    return found.bytes == expected.bytes
               ? ""
               : first_difference(numbers_of<double>(found), numbers_of<double>(expected), {0.0, 0.0});
  }
  return first_difference(numbers_of<double>(found), numbers_of<double>(expected), tolerance);
}

CaseOutcome run_case(const std::filesystem::path& folder) {
  CaseOutcome outcome{.name = folder.filename().string()};
  try {
    outcome.op = operator_of(folder);
    return run_imported(outcome, import_case(folder), folder);
  } catch (const InputError& fault) {
    outcome.kind = CaseOutcome::Kind::Refused;
    outcome.message = fault.what();
  }
  return outcome;
}

std::vector<CaseOutcome> run_cases(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> cases;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == "model.onnx") {
      cases.push_back(entry.path().parent_path());
    }
  }
  std::sort(cases.begin(), cases.end());
  std::vector<CaseOutcome> outcomes;
  for (const auto& path : cases) {
    outcomes.push_back(run_case(path));
  }
  return outcomes;
}

void CaseCounts::count(CaseOutcome::Kind kind) {
  passed += kind == CaseOutcome::Kind::Passed ? 1 : 0;
  refused += kind == CaseOutcome::Kind::Refused ? 1 : 0;
  failed += kind == CaseOutcome::Kind::Failed ? 1 : 0;
  wrong += kind == CaseOutcome::Kind::Wrong ? 1 : 0;
}

}  // namespace pj
