#include "pj/onnx/annotations.hpp"

#include "pj/base/error.hpp"

namespace pj {

namespace {

void apply_format(Value& value, const NumberFormat& format) {
  if (value.data != nullptr) {
    if (stored_bytes(format) != stored_bytes(value.format)) {
      throw InputError("the value '" + value.name + "' is annotated as " + to_string(format) + " but stored as " +
                       to_string(value.format) + "; remove the annotation " + format_annotation);
    }
    value.data = std::make_shared<const Constant>(Constant{format, value.data->shape, value.data->bytes});
  }
  value.format = format;
}

}  // namespace

void apply_annotations(const Scope& scope, Value& value, const std::string& name) {
  if (scope.annotations == nullptr) {
    return;
  }
  const auto entry = scope.annotations->find(name);
  if (entry == scope.annotations->end()) {
    return;
  }
  if (const auto format = entry->second.find(format_annotation); format != entry->second.end()) {
    apply_format(value, parse_format(format->second));
  }
  if (const auto storage = entry->second.find(storage_annotation); storage != entry->second.end()) {
    value.storage = parse_storage(storage->second);
  }
}

}  // namespace pj
