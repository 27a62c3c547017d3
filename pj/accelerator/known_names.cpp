#include "pj/accelerator/known_names.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

std::vector<std::string> texts(const YamlNode& list, std::string_view what) {
  std::vector<std::string> result;
  for (const YamlNode& item : list.sequence(what)) {
    result.push_back(item.text(what));
  }
  return result;
}

void check(const std::string& name, const Position& place, const std::vector<std::string>& known, const char* kind) {
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw InputError(place, std::string("no layer has ") + kind + " '" + name + "'" + did_you_mean(name, known) +
                                " (the key 'names' declares those of your own Einsums)");
  }
}

std::vector<std::string> checked(const YamlNode& list, std::string_view what, const std::vector<std::string>& known,
                                 const char* kind) {
  for (const YamlNode& item : list.sequence(what)) {
    check(item.text(what), item.position(), known, kind);
  }
  return texts(list, what);
}

}  // namespace

// The names that pj/workload/lower.cpp gives.
KnownNames::KnownNames(const YamlNode& file)
    : tensors_{"Input", "Weight", "Output"}, indices_{"N", "G", "M", "C", "P", "Q", "R", "S", "Z", "T"} {
  if (const YamlNode* own = file.find("names")) {
    for (const std::string& name : texts(*own, "names")) {
      tensors_.push_back(name);
      indices_.push_back(name);
    }
  }
}

std::vector<std::string> KnownNames::tensors(const YamlNode& list, std::string_view what) const {
  return checked(list, what, tensors_, "a tensor");
}

std::vector<std::string> KnownNames::indices(const YamlNode& list, std::string_view what) const {
  return checked(list, what, indices_, "an index");
}

void KnownNames::check_tensor(const std::string& name, const Position& place) const {
  check(name, place, tensors_, "a tensor");
}

}  // namespace pj
