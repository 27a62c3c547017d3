#include "pj/onnx/scope.hpp"

#include "pj/base/error.hpp"

namespace pj {

std::optional<ValueId> Scope::find(const std::string& name) {
  if (const auto place = values_.find(name); place != values_.end()) {
    return place->second;
  }
  if (outer_ == nullptr) {
    return std::nullopt;
  }
  const auto outer = outer_->find(name);
  if (!outer || &outer_->draft_ == &draft_) {
    return outer;
  }
  const ValueId id = draft_.capture(outer_->draft_, *outer);
  values_.emplace(name, id);
  return id;
}

void Scope::bind(const std::string& name, ValueId id) {
  if (!values_.emplace(name, id).second) {
    throw InputError("the value '" + name + "' is made twice; give every output a name of its own");
  }
}

}  // namespace pj
