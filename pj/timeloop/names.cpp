#include "pj/timeloop/names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

using NamePair = std::pair<const char*, const char*>;
constexpr std::array tensor_names{NamePair{"Input", "Inputs"}, NamePair{"Weight", "Weights"},
                                  NamePair{"Output", "Outputs"}};

}  // namespace

TimeloopVersion parse_timeloop_version(const std::string& text) {
  if (text != "0.3" && text != "0.4") {
    throw InputError("--timeloop-version must be 0.3 or 0.4, not '" + text + "'");
  }
  return text == "0.3" ? TimeloopVersion::V03 : TimeloopVersion::V04;
}

std::string to_string(TimeloopVersion version) {
  return version == TimeloopVersion::V03 ? "0.3" : "0.4";
}

std::string to_timeloop(const std::string& tensor) {
  const auto row = std::find_if(tensor_names.begin(), tensor_names.end(), [&](auto& r) { return r.first == tensor; });
  return row == tensor_names.end() ? tensor : row->second;
}

std::string from_timeloop(const std::string& data_space) {
  const auto row =
      std::find_if(tensor_names.begin(), tensor_names.end(), [&](auto& r) { return r.second == data_space; });
  return row == tensor_names.end() ? data_space : row->first;
}

std::vector<std::string> data_spaces(const Workload& workload) {
  std::vector<std::string> names;
  for (const Operand& tensor : workload.tensors) {
    names.push_back(to_timeloop(tensor.name));
  }
  return names;
}

std::string yaml_scalar(const std::string& text) {
  const auto is_plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  const bool begins_with_letter = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  constexpr std::array truth{"yes", "no", "on", "off", "true", "false", "null", "nan", "inf"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool is_word = std::find(truth.begin(), truth.end(), lower) == truth.end();
  if (begins_with_letter && is_word && std::all_of(text.begin(), text.end(), is_plain)) {
    return text;
  }
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? "''" : std::string(1, static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  }
  return quoted + "'";
}

void check_single_letters(const Workload& workload) {
  for (const Index& index : workload.indices) {
    if (index.name.size() != 1 || std::isalpha(static_cast<unsigned char>(index.name[0])) == 0) {
      throw InputError("Timeloop names a dimension by one letter; rename index '" + index.name + "'");
    }
  }
}

}  // namespace pj
